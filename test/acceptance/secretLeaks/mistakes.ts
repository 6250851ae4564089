import type { LabInstallation } from '../support/installation.ts'
import { canary } from './inputs.ts'

/** A file that is wrong, with a secret where the mistake is. */
export type Mistake = { name: string; secret: string; file: string }

const keys = [
  ['database', 'url'],
  ['license', 'token'],
  ['admin', 'password'],
  ['encryption', 'rsaPrivateKey'],
  ['objectStorage', 'admin', 'secretKey'],
  ['objectStorage', 'application', 'secretKey'],
] as const

/** Secrets in clear, under misspelt keys, and in YAML that does not parse. */
export async function mistakes(site: LabInstallation): Promise<Mistake[]> {
  return [...(await misplaced(site)), ...(await unparsable(site)), ...(await unusable(site))]
}

async function misplaced(site: LabInstallation): Promise<Mistake[]> {
  const all: Mistake[] = []
  for (const path of keys) {
    const last = path.at(-1) ?? ''
    const above = path.slice(0, -1)
    const ways: Record<string, (it: import('yaml').Document, secret: string) => void> = {
      'in clear': (it, secret) => it.setIn(path, secret),
      'in clear, as a number would be': (it, secret) => it.setIn(path, [secret]),
      'under a misspelt key': (it, secret) => it.setIn([...above, `${last}s`], secret),
      'under a misspelt reference': (it, secret) => it.setIn(path, { fiel: secret }),
      'beside a reference': (it, secret) => it.setIn([...path, 'value'], secret),
      'instead of its whole section': (it, secret) => it.setIn(above, secret),
      'at the top': (it, secret) => it.set(`${last}x`, secret),
      'in a command that is one text': (it, secret) => it.setIn(path, { command: `echo ${secret}` }),
      'in an environment that is a map': (it, secret) => it.setIn(path, { command: ['true'], env: { TOKEN: secret } }),
    }
    for (const [way, edit] of Object.entries(ways)) {
      const secret = canary()
      const file = await site.withEdits(`mistake-${all.length}`, (it) => edit(it, secret))
      all.push({ name: `${path.join('.')} ${way}`, secret, file })
    }
  }
  return all
}

const broken: Record<string, (secret: string) => string> = {
  'an open double quote': (secret) => `admin:\n  password: "${secret}\n`,
  'an open single quote': (secret) => `admin:\n  password: '${secret}\n`,
  'a tab': (secret) => `admin:\n\tpassword: ${secret}\n`,
  'wrong indentation': (secret) => `admin:\n    username: admin\n  password: ${secret}\n`,
  'a key twice': (secret) => `admin:\n  password: ${secret}\n  password: ${secret}\n`,
  'an open map': (secret) => `admin: { password: ${secret}\n`,
  'an open list': (secret) => `admin: [ ${secret}\n`,
  'a colon too many': (secret) => `admin: password: ${secret}\n`,
  'an unknown alias': (secret) => `admin:\n  password: *${secret}\n`,
  'an unknown tag': (secret) => `admin:\n  password: !${secret} x\n`,
  'a bad escape': (secret) => `admin:\n  password: "\\q${secret}"\n`,
  'text behind a quote': (secret) => `admin:\n  password: "x" ${secret}\n`,
  'a text without a key': (secret) => `admin:\n  ${secret}\n`,
  'two documents': (secret) => `---\nadmin: { password: ${secret} }\n`,
  'a reserved character': (secret) => `admin:\n  password: @${secret}\n`,
  'a percent at the start': (secret) => `%${secret}\n`,
  'a key made of it': (secret) => `? [${secret}]\n: x\n`,
  'a PEM pasted without indentation': (secret) =>
    `encryption:\n  rsaPrivateKey: |\n    -----BEGIN PRIVATE KEY-----\n${secret}\n    -----END PRIVATE KEY-----\n`,
}

async function unparsable(site: LabInstallation): Promise<Mistake[]> {
  const all: Mistake[] = []
  for (const [name, text] of Object.entries(broken)) {
    const secret = canary()
    all.push({ name: `YAML with ${name}`, secret, file: await site.write(`broken-${all.length}.yaml`, `version: v3.0.0\n${text(secret)}`) })
  }
  return all
}

const bad: Record<string, { path: readonly string[]; content(secret: string): string }> = {
  'an encryption key that is no PEM': { path: ['encryption', 'rsaPrivateKey'], content: (secret) => `MII${secret}` },
  'an encryption key cut short': {
    path: ['encryption', 'rsaPrivateKey'],
    content: (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`,
  },
  'a licence that is no JWT': { path: ['license', 'token'], content: (secret) => secret },
  'a licence of three parts that do not parse': { path: ['license', 'token'], content: (secret) => `${secret}.${secret}.${secret}` },
  'a database URL that is none': { path: ['database', 'url'], content: (secret) => secret },
  'a database URL with a port that is none': {
    path: ['database', 'url'],
    content: (secret) => `postgres://app:${secret}@db.example.com:port/x`,
  },
  'a database URL with a bare @ in its password': {
    path: ['database', 'url'],
    content: (secret) => `postgres://app:x@${secret}@db.example.com/x`,
  },
  'a database URL of another kind': { path: ['database', 'url'], content: (secret) => `mysql://app:${secret}@db.example.com/x` },
}

/** References that open, to something that cannot be used. */
async function unusable(site: LabInstallation): Promise<Mistake[]> {
  const all: Mistake[] = []
  for (const [name, { path, content }] of Object.entries(bad)) {
    const secret = canary()
    const input = `unusable-${all.length}`
    await site.write(input, content(secret))
    all.push({ name, secret, file: await site.withEdits(`${input}-file`, (it) => it.setIn(path, { file: `./${input}` })) })
  }
  for (const ending of ['echo $0; echo $0 >&2; exit 3', 'echo $0 >&2', 'echo $0 >&2; kill -9 $$']) {
    const secret = canary()
    const script = await site.write(`command-${all.length}.sh`, ending.replaceAll('$0', secret))
    const file = await site.withEdits(`command-${all.length}`, (it) => it.setIn(['database', 'url'], { command: ['sh', script] }))
    all.push({ name: `a command that tells it and ends badly (${ending.slice(-8)})`, secret, file })
  }
  return all
}
