import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import type { Description, Login } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'

/** One process of Debian's docker-registry, on the configuration that was written for this name. */
export function registryServer(it: Description, name: string, ready: () => Promise<boolean>): ServerSpec {
  const files = layout(it.dir)
  return { name, command: 'docker-registry', args: ['serve', files.registryConfig(name)], log: files.log(name), ready }
}

export type RegistrySettings = {
  addr: string
  tls?: { certificate: string; key: string }
  auth: object
  /** Who asks for a blob is sent to this host for it. */
  blobsAt?: string
}

/** What all registries of a lab have in common, in docker-registry's own YAML. */
export function registryConfiguration(it: Description, name: string, { addr, tls, auth, blobsAt }: RegistrySettings): string {
  return stringify({
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    // No cache of blob descriptors: it would answer for blobs that a test has deleted.
    storage: { filesystem: { rootdirectory: layout(it.dir).data(name) }, delete: { enabled: true } },
    ...(blobsAt !== undefined && { middleware: { storage: [{ name: 'redirect', options: { baseurl: blobsAt } }] } }),
    http: {
      addr,
      // Signs the state of an upload; a random one per start would break uploads across a restart.
      secret: randomBytes(20).toString('hex'),
      ...(tls && { tls }),
    },
    auth,
  })
}

export async function writeUsers(it: Description, name: string, login: Login): Promise<void> {
  await writePrivate(layout(it.dir).registryUsers(name), `${login.username}:${await bcrypt(login)}\n`)
}

// Node has no bcrypt, the registry takes nothing else, and every Debian has perl. Cost 4: each request checks it again.
async function bcrypt({ password }: Login): Promise<string> {
  const salt = randomBytes(16).toString('hex').slice(0, 21)
  const script = 'print crypt(<STDIN>, "\\$2b\\$04\\$" . $ARGV[0] . ".")'
  const child = promisify(execFile)('perl', ['-e', script, salt])
  child.child.stdin?.end(password)
  return (await child).stdout
}
