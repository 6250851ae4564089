import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { dieWithParent } from '../../../../scripts/lab/dieWithParent.ts'
import { httpsRequest } from '../../../../scripts/lab/httpsRequest.ts'
import type { Lab } from '../../../../scripts/lab/index.ts'
import { layout } from '../../../../scripts/lab/layout.ts'
import { registryConfiguration } from '../../../../scripts/lab/servers/dockerRegistry.ts'
import { until } from '../../support/poll.ts'

/** A second server over the data of the lab's registry, as in front of an object store: it redirects reads of blobs to another host. */
export type RedirectingRegistry = AsyncDisposable & {
  readonly host: string
  /** The requests that the other host received. */
  readonly redirected: readonly { readonly method: string; readonly headers: IncomingHttpHeaders }[]
}

const NAME = 'redirecting-registry'

export async function startRedirectingRegistry(lab: Lab): Promise<RedirectingRegistry> {
  const files = layout(lab.dir)
  const data = files.data('registry')
  const redirected: { method: string; headers: IncomingHttpHeaders }[] = []
  const tls = { cert: await readFile(files.serverCertificate), key: await readFile(files.serverKey) }
  const store = createServer(tls, ({ method = '', url = '', headers }, response) => {
    redirected.push({ method, headers })
    createReadStream(join(data, new URL(url, 'https://store').pathname))
      .on('error', () => response.writeHead(404).end())
      .pipe(response)
  })
  const host = `127.0.0.1:${await freePort()}`
  const settings = {
    addr: host,
    tls: { certificate: files.serverCertificate, key: files.serverKey },
    auth: { htpasswd: { realm: 'lab', path: files.registryUsers('registry') } },
    blobsAt: `https://localhost:${await listen(store)}/`,
  }
  const configuration = registryConfiguration(lab.description, NAME, settings).replaceAll(files.data(NAME), data)
  await writeFile(files.registryConfig(NAME), configuration, { mode: 0o600 })
  const [program, ...args] = dieWithParent('docker-registry', ['serve', files.registryConfig(NAME)])
  // docker-registry reads every variable REGISTRY_... as a setting.
  const server = spawn(program, args, { stdio: 'ignore', env: { PATH: process.env.PATH } })
  await untilReady(host, await readFile(files.ca, 'utf8'))
  return {
    host,
    redirected,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await once(server, 'exit')
      store.closeAllConnections()
      store.close()
    },
  }
}

async function untilReady(host: string, ca: string): Promise<void> {
  await until(`the registry ${host} responds`, async () => {
    const status = await httpsRequest({ url: `https://${host}/v2/`, ca }).then(
      (response) => response.status,
      () => undefined,
    )
    return status === 401
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listen(probe)
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, 'localhost', () => resolve((server.address() as AddressInfo).port))
  })
}
