import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../../../../scripts/lab/ask.ts'
import { bound } from '../../../../scripts/lab/bound.ts'
import type { Lab } from '../../../../scripts/lab/index.ts'
import { layout } from '../../../../scripts/lab/layout.ts'
import { registryConfiguration } from '../../../../scripts/lab/servers/dockerRegistry.ts'

/** The lab's registry once more, over the same data, as it stands before an object store: for blobs it sends to another host. */
export type Redirecting = AsyncDisposable & {
  readonly host: string
  /** What the other host was asked. */
  readonly asked: readonly { readonly method: string; readonly headers: IncomingHttpHeaders }[]
}

const NAME = 'redirecting-registry'

export async function redirecting(lab: Lab): Promise<Redirecting> {
  const files = layout(lab.dir)
  const data = files.data('registry')
  const asked: { method: string; headers: IncomingHttpHeaders }[] = []
  const tls = { cert: await readFile(files.serverCertificate), key: await readFile(files.serverKey) }
  const store = createServer(tls, ({ method = '', url = '', headers }, response) => {
    asked.push({ method, headers })
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
  const [program, ...args] = bound('docker-registry', ['serve', files.registryConfig(NAME)])
  // It takes every variable REGISTRY_... for a setting of its own.
  const server = spawn(program, args, { stdio: 'ignore', env: { PATH: process.env.PATH } })
  await untilReady(host, await readFile(files.ca, 'utf8'))
  return {
    host,
    asked,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await once(server, 'exit')
      store.closeAllConnections()
      store.close()
    },
  }
}

async function untilReady(host: string, ca: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const status = await ask({ url: `https://${host}/v2/`, ca }).then(
      (answer) => answer.status,
      () => undefined,
    )
    if (status === 401) return
    await sleep(100)
  }
  throw new Error(`the registry ${host} did not come up`)
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
