import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { ask } from '../ask.ts'
import type { Description, Login } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'

export const registryHost = ({ ports }: Description): string => `127.0.0.1:${ports.registry}`

/** The registry's configuration and users, and a docker configuration that is logged in to it. */
export async function writeRegistryFiles(it: Description): Promise<void> {
  const files = layout(it.dir)
  const auth = Buffer.from(`${it.registry.username}:${it.registry.password}`).toString('base64')
  await Promise.all([
    writePrivate(files.registryConfig, stringify(configuration(it))),
    writePrivate(files.registryUsers, `${it.registry.username}:${await bcrypt(it.registry)}\n`),
    writePrivate(join(files.dockerConfig, 'config.json'), JSON.stringify({ auths: { [registryHost(it)]: { auth } } }, undefined, 2)),
  ])
}

/** Debian's docker-registry. */
export function registry(it: Description, ca: string): ServerSpec {
  const files = layout(it.dir)
  const auth = `${it.registry.username}:${it.registry.password}`
  const ready = async () => (await ask({ url: `https://${registryHost(it)}/v2/`, ca, auth })).status === 200
  return { name: 'registry', command: 'docker-registry', args: ['serve', files.registryConfig], log: files.log('registry'), ready }
}

function configuration(it: Description) {
  const files = layout(it.dir)
  return {
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    // No cache of blob descriptors: it would answer for blobs that a test has deleted.
    storage: { filesystem: { rootdirectory: files.data('registry') }, delete: { enabled: true } },
    http: {
      addr: registryHost(it),
      // Signs the state of an upload; a random one per start would break uploads across a restart.
      secret: randomBytes(20).toString('hex'),
      tls: { certificate: files.serverCertificate, key: files.serverKey },
    },
    auth: { htpasswd: { realm: 'lab', path: files.registryUsers } },
  }
}

// Node has no bcrypt, the registry takes nothing else, and every Debian has perl. Cost 4: each request checks it again.
async function bcrypt({ password }: Login): Promise<string> {
  const salt = randomBytes(16).toString('hex').slice(0, 21)
  const script = 'print crypt(<STDIN>, "\\$2b\\$04\\$" . $ARGV[0] . ".")'
  const child = promisify(execFile)('perl', ['-e', script, salt])
  child.child.stdin?.end(password)
  return (await child).stdout
}
