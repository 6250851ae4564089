import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** A listener that counts who comes and sends him away. */
export type Listeners = AsyncDisposable & {
  /** `127.0.0.1:PORT`. */
  host: string
  count(): number
  /** A kubeconfig whose every context leads here. */
  kubeconfig(folder: string): Promise<string>
}

export async function listen(): Promise<Listeners> {
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

/** A kubeconfig whose every context leads to one host. */
export async function writeKubeconfig(folder: string, host: string): Promise<string> {
  const path = join(folder, 'kubeconfig')
  const contexts = ['onprem', 'other'].map((name) => ({ name, context: { cluster: 'here', user: 'me' } }))
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'onprem',
    clusters: [{ name: 'here', cluster: { server: `https://${host}` } }],
    users: [{ name: 'me', user: { token: 'token' } }],
    contexts,
  }
  await writeFile(path, stringify(config), { mode: 0o600 })
  return path
}
