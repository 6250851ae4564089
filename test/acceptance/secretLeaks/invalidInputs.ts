import type { Document } from 'yaml'
import type { LabInstallation } from '../support/installation.ts'
import { canary } from './plantedSecrets.ts'

/** An invalid file with a secret where the mistake is. */
export type InvalidInput = { name: string; secret: string; file: string }

const keys = [
  ['database', 'url'],
  ['license', 'token'],
  ['admin', 'password'],
  ['encryption', 'rsaPrivateKey'],
  ['objectStorage', 'admin', 'secretKey'],
  ['objectStorage', 'application', 'secretKey'],
] as const

/** Secrets in clear, under misspelled keys, in YAML that does not parse, and in inputs that cannot be used. */
export async function invalidInputs(installation: LabInstallation): Promise<InvalidInput[]> {
  return [...(await misplaced(installation)), ...(await unparsable(installation)), ...(await unusable(installation))]
}

async function misplaced(installation: LabInstallation): Promise<InvalidInput[]> {
  const inputs: InvalidInput[] = []
  for (const path of keys) {
    const last = path.at(-1) ?? ''
    const above = path.slice(0, -1)
    const ways: Record<string, (document: Document, secret: string) => void> = {
      'in clear': (document, secret) => document.setIn(path, secret),
      'in clear, in a list': (document, secret) => document.setIn(path, [secret]),
      'under a misspelled key': (document, secret) => document.setIn([...above, `${last}s`], secret),
      'under a misspelled reference': (document, secret) => document.setIn(path, { fiel: secret }),
      'beside a reference': (document, secret) => document.setIn([...path, 'value'], secret),
      'instead of its whole section': (document, secret) => document.setIn(above, secret),
      'at the top': (document, secret) => document.set(`${last}x`, secret),
      'in a command that is a string': (document, secret) => document.setIn(path, { command: `echo ${secret}` }),
      'in an environment that is a map': (document, secret) => document.setIn(path, { command: ['true'], env: { TOKEN: secret } }),
    }
    for (const [way, edit] of Object.entries(ways)) {
      const secret = canary()
      const file = await installation.withEdits(`mistake-${inputs.length}`, (document) => edit(document, secret))
      inputs.push({ name: `${path.join('.')} ${way}`, secret, file })
    }
  }
  return inputs
}

const brokenYaml: Record<string, (secret: string) => string> = {
  'an unclosed double quote': (secret) => `admin:\n  password: "${secret}\n`,
  'an unclosed single quote': (secret) => `admin:\n  password: '${secret}\n`,
  'a tab': (secret) => `admin:\n\tpassword: ${secret}\n`,
  'wrong indentation': (secret) => `admin:\n    username: admin\n  password: ${secret}\n`,
  'a key twice': (secret) => `admin:\n  password: ${secret}\n  password: ${secret}\n`,
  'an unclosed map': (secret) => `admin: { password: ${secret}\n`,
  'an unclosed list': (secret) => `admin: [ ${secret}\n`,
  'a surplus colon': (secret) => `admin: password: ${secret}\n`,
  'an unknown alias': (secret) => `admin:\n  password: *${secret}\n`,
  'an unknown tag': (secret) => `admin:\n  password: !${secret} x\n`,
  'a bad escape': (secret) => `admin:\n  password: "\\q${secret}"\n`,
  'text after a quote': (secret) => `admin:\n  password: "x" ${secret}\n`,
  'a value without a key': (secret) => `admin:\n  ${secret}\n`,
  'two documents': (secret) => `---\nadmin: { password: ${secret} }\n`,
  'a reserved character': (secret) => `admin:\n  password: @${secret}\n`,
  'a percent at the start': (secret) => `%${secret}\n`,
  'a list as a key': (secret) => `? [${secret}]\n: x\n`,
  'a PEM pasted without indentation': (secret) =>
    `encryption:\n  rsaPrivateKey: |\n    -----BEGIN PRIVATE KEY-----\n${secret}\n    -----END PRIVATE KEY-----\n`,
}

async function unparsable(installation: LabInstallation): Promise<InvalidInput[]> {
  const inputs: InvalidInput[] = []
  for (const [name, text] of Object.entries(brokenYaml)) {
    const secret = canary()
    inputs.push({
      name: `YAML with ${name}`,
      secret,
      file: await installation.write(`broken-${inputs.length}.yaml`, `version: v3.0.0\n${text(secret)}`),
    })
  }
  return inputs
}

const unusableValues: Record<string, { path: readonly string[]; content(secret: string): string }> = {
  'an encryption key that is not PEM': { path: ['encryption', 'rsaPrivateKey'], content: (secret) => `MII${secret}` },
  'a truncated encryption key': {
    path: ['encryption', 'rsaPrivateKey'],
    content: (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`,
  },
  'a license that is not a JWT': { path: ['license', 'token'], content: (secret) => secret },
  'a license with three invalid parts': { path: ['license', 'token'], content: (secret) => `${secret}.${secret}.${secret}` },
  'a database URL that does not parse': { path: ['database', 'url'], content: (secret) => secret },
  'a database URL with an invalid port': {
    path: ['database', 'url'],
    content: (secret) => `postgres://app:${secret}@db.example.com:port/x`,
  },
  'a database URL with an unescaped @ in its password': {
    path: ['database', 'url'],
    content: (secret) => `postgres://app:x@${secret}@db.example.com/x`,
  },
  'a database URL of another database': { path: ['database', 'url'], content: (secret) => `mysql://app:${secret}@db.example.com/x` },
}

/** References that can be read, to values that cannot be used. */
async function unusable(installation: LabInstallation): Promise<InvalidInput[]> {
  const inputs: InvalidInput[] = []
  for (const [name, { path, content }] of Object.entries(unusableValues)) {
    const secret = canary()
    const input = `unusable-${inputs.length}`
    await installation.write(input, content(secret))
    inputs.push({
      name,
      secret,
      file: await installation.withEdits(`${input}-file`, (document) => document.setIn(path, { file: `./${input}` })),
    })
  }
  for (const ending of ['echo $0; echo $0 >&2; exit 3', 'echo $0 >&2', 'echo $0 >&2; kill -9 $$']) {
    const secret = canary()
    const script = await installation.write(`command-${inputs.length}.sh`, ending.replaceAll('$0', secret))
    const file = await installation.withEdits(`command-${inputs.length}`, (document) =>
      document.setIn(['database', 'url'], { command: ['sh', script] }),
    )
    inputs.push({ name: `a command that prints the secret and fails (${ending.slice(-8)})`, secret, file })
  }
  return inputs
}
