// Resolves the intrinsic functions of a CloudFormation template. What is not carried out here stops the start, by name:
// a template that means something else on this machine than in the cloud would prove nothing.

/** What a resource answers to Ref and Fn::GetAtt. */
export interface Created {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Scope {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  /** where we are, for sentences: `<stack>/<logical id>` */
  readonly place: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** what earlier stacks export */
  readonly exports: ReadonlyMap<string, string>;
  readonly created: ReadonlyMap<string, Created>;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => reference(text(name, scope), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId = '', ...attribute] =
      typeof argument === 'string' ? argument.split('.') : list(argument, scope);
    return getAttribute(text(logicalId, scope), attribute.map((part) => text(part, scope)).join('.'), scope);
  },
  'Fn::Join': (argument, scope) => {
    const [glue, parts] = list(argument, scope);
    return list(parts, scope)
      .map((part) => text(part, scope))
      .join(text(glue, scope));
  },
  'Fn::Split': (argument, scope) => {
    const [glue, whole] = list(argument, scope);
    return text(whole, scope).split(text(glue, scope));
  },
  'Fn::Select': (argument, scope) => {
    const [index, choices] = list(argument, scope);
    const chosen = list(choices, scope)[Number(index)];
    if (chosen === undefined)
      throw new Error(`Fn::Select in ${scope.place} asks for an item that is not there.`);
    return chosen;
  },
  'Fn::Sub': (argument, scope) => {
    const [pattern, own = {}] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
    return substitute(text(pattern, scope), resolve(own, scope) as Record<string, unknown>, scope);
  },
  'Fn::ImportValue': (argument, scope) => {
    const name = text(argument, scope);
    const value = scope.exports.get(name);
    if (value === undefined)
      throw new Error(`${scope.place} imports "${name}", which no earlier stack exports.`);
    return value;
  },
};

const noValue = Symbol('AWS::NoValue');

/**
 * @returns the value with every intrinsic function carried out and every AWS::NoValue left out
 * @throws Error one sentence that names what this machine does not carry out, and where it stands
 */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = walk(value, scope);
  return resolved === noValue ? undefined : resolved;
}

function walk(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return literal(value, scope);
  if (Array.isArray(value)) return value.map((item) => walk(item, scope)).filter((item) => item !== noValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && isIntrinsic(first[0])) return call(first[0], first[1], scope);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, walk(item, scope)] as const).filter(([, item]) => item !== noValue),
  );
}

/** Whether an object's only key makes it an intrinsic function. */
export function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (!intrinsic) {
    const known = Object.keys(intrinsics).join(', ');
    throw new Error(
      `${scope.place} uses ${name}, which this machine does not carry out (it knows ${known}).`,
    );
  }
  return intrinsic(argument, scope);
}

function literal(value: string, scope: Scope): string {
  if (!value.includes('{{resolve:')) return value;
  throw new Error(
    `${scope.place} uses a dynamic reference (${value}), which this machine does not carry out.`,
  );
}

function reference(name: string, scope: Scope): unknown {
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': scope.account,
    'AWS::Region': scope.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': scope.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${scope.region}:${scope.account}:stack/${scope.stackName}/local`,
    'AWS::NoValue': noValue,
  };
  if (Object.hasOwn(pseudo, name)) return pseudo[name];
  const found = scope.created.get(name)?.ref ?? scope.parameters[name];
  if (found === undefined)
    throw new Error(`${scope.place} refers to ${name}, which this machine does not know.`);
  return found;
}

function getAttribute(logicalId: string, attribute: string, scope: Scope): string {
  const found = scope.created.get(logicalId)?.attributes?.[attribute];
  if (found === undefined)
    throw new Error(
      `${scope.place} reads ${logicalId}.${attribute} (Fn::GetAtt), which this machine does not provide.`,
    );
  return found;
}

function substitute(pattern: string, own: Record<string, unknown>, scope: Scope): string {
  return pattern.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(own, name)) return text(own[name], scope);
    const dot = name.startsWith('AWS::') ? -1 : name.indexOf('.');
    if (dot >= 0) return getAttribute(name.slice(0, dot), name.slice(dot + 1), scope);
    const value = reference(name, scope);
    if (value === noValue) throw new Error(`${scope.place} puts AWS::NoValue into the text of ${whole}.`);
    return text(value, scope);
  });
}

function text(value: unknown, scope: Scope): string {
  const resolved = resolve(value, scope);
  if (typeof resolved === 'string') return resolved;
  if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
  throw new Error(`${scope.place} has ${JSON.stringify(resolved)} where its template needs text.`);
}

function list(value: unknown, scope: Scope): unknown[] {
  const resolved = resolve(value, scope);
  if (Array.isArray(resolved)) return resolved as unknown[];
  throw new Error(`${scope.place} has ${JSON.stringify(resolved)} where its template needs a list.`);
}
