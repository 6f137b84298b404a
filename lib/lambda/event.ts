// What API Gateway hands over, as it was sent.
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** Every value of each header, names in lower case. */
export function headersOf(event: APIGatewayProxyEvent): Record<string, readonly string[]> {
  const headers: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(event.multiValueHeaders))
    headers[name.toLowerCase()] = [...(headers[name.toLowerCase()] ?? []), ...(values ?? [])];
  return headers;
}

/** The exact bytes that were sent. */
export function rawBody(event: APIGatewayProxyEvent): Buffer {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}
