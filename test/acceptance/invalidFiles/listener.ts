import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** A server that counts connections and closes them. */
export type Listener = AsyncDisposable & {
  /** `127.0.0.1:PORT`. */
  host: string
  count(): number
  /** Writes a kubeconfig whose every context names this server. */
  kubeconfig(folder: string): Promise<string>
}

export async function listen(): Promise<Listener> {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    count: () => connections,
    kubeconfig: (folder) => writeKubeconfig(folder, host),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** Writes a kubeconfig whose every context names one host. */
export async function writeKubeconfig(folder: string, host: string): Promise<string> {
  const path = join(folder, 'kubeconfig')
  const contexts = ['onprem', 'other'].map((name) => ({ name, context: { cluster: 'listener', user: 'operator' } }))
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'onprem',
    clusters: [{ name: 'listener', cluster: { server: `https://${host}` } }],
    users: [{ name: 'operator', user: { token: 'token' } }],
    contexts,
  }
  await writeFile(path, stringify(config), { mode: 0o600 })
  return path
}
