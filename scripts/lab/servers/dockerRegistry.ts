import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import type { Description, Login } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'

/** One process of Debian's docker-registry, with the configuration written for this name. */
export function registryServer(description: Description, name: string, ready: () => Promise<boolean>): ServerSpec {
  const files = layout(description.dir)
  return { name, command: 'docker-registry', args: ['serve', files.registryConfig(name)], log: files.log(name), ready }
}

export type RegistrySettings = {
  addr: string
  tls?: { certificate: string; key: string }
  auth: object
  /** Requests for blobs are redirected to this host. */
  blobsAt?: string
}

/** The configuration of a registry, in docker-registry's own YAML. */
export function registryConfiguration(description: Description, name: string, { addr, tls, auth, blobsAt }: RegistrySettings): string {
  return stringify({
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    // No cache of blob descriptors: it would contain blobs that a test has deleted.
    storage: { filesystem: { rootdirectory: layout(description.dir).data(name) }, delete: { enabled: true } },
    ...(blobsAt !== undefined && { middleware: { storage: [{ name: 'redirect', options: { baseurl: blobsAt } }] } }),
    http: {
      addr,
      // Signs the state of an upload; the default, a random one per start, would break uploads across a restart.
      secret: randomBytes(20).toString('hex'),
      ...(tls && { tls }),
    },
    auth,
  })
}

export async function writeUsers(description: Description, name: string, login: Login): Promise<void> {
  await writePrivate(layout(description.dir).registryUsers(name), `${login.username}:${await bcrypt(login)}\n`)
}

// The registry accepts only bcrypt, which Node does not have; perl is part of every Debian. Cost 4: it is verified for each request.
async function bcrypt({ password }: Login): Promise<string> {
  const salt = randomBytes(16).toString('hex').slice(0, 21)
  const script = 'print crypt(<STDIN>, "\\$2b\\$04\\$" . $ARGV[0] . ".")'
  const child = promisify(execFile)('perl', ['-e', script, salt])
  child.child.stdin?.end(password)
  return (await child).stdout
}
