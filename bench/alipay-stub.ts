// Alipay's door with nothing behind it, but with its real work: it proves every request and signs every answer.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { nodeJson, signedText, type Pair } from '../test/contract/alipay-side.ts';

const answerName = 'alipay_trade_precreate_response';

/** Answers `alipay.trade.precreate` with a code to scan. */
export function alipayStub(merchant: Pair, platform: Pair): Server {
  const theirs = createPublicKey(merchant.publicPem);
  const own = createPrivateKey(platform.privatePem);
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { search } = new URL(request.url ?? '', 'http://stub');
      const body = Buffer.concat(chunks).toString();
      const { sign: signature = '', ...fields } = Object.fromEntries([
        ...new URLSearchParams(search),
        ...new URLSearchParams(body),
      ]) as Record<string, string>;
      if (!verify('sha256', Buffer.from(signedText(fields)), theirs, Buffer.from(signature, 'base64'))) {
        response.writeHead(403).end('the signature is wrong');
        return;
      }
      const { out_trade_no } = JSON.parse(fields['biz_content'] ?? '') as { out_trade_no: string };
      const qr_code = `https://qr.alipay.com/${out_trade_no}`;
      const node = nodeJson({ code: '10000', msg: 'Success', out_trade_no, qr_code });
      const proof = sign('sha256', Buffer.from(node), own).toString('base64');
      response.setHeader('content-type', 'text/html;charset=utf-8');
      response.end(`{"${answerName}":${node},"sign":"${proof}"}`);
    });
  });
}
