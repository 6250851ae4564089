import type { FaultProxy } from '../../../../scripts/lab/index.ts'
import type { ImagePush } from './imagePush.ts'

/** What happens to a push, and when. */
export type Interruption = {
  readonly name: string
  /** The process is killed; otherwise the push has to continue by itself. */
  readonly isKill: boolean
  arm(proxy: FaultProxy, extent: PushExtent, kill: () => void): void
}

/** An undisturbed push: its blobs' bytes, and the numbers of the requests from the first for a blob to the manifest's. */
export type PushExtent = { readonly bytes: number; readonly first: number; readonly last: number }

export async function pushExtent(image: ImagePush): Promise<PushExtent> {
  const { proxy } = image
  proxy.reset()
  await image.push('undisturbed/image')
  const sizes = [...(await image.blobSizes()).values()]
  const number = (method: string, path: string) =>
    proxy.requests.findIndex((request) => request.method === method && request.path.includes(path)) + 1
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    first: number('HEAD', '/blobs/'),
    last: number('PUT', '/manifests/'),
  }
}

/** So many interruptions of five kinds, each kind spread over the whole push. */
export function interruptions(count: number): Interruption[] {
  return Array.from({ length: count }, (_, i) => {
    const kinds = interruptionsAt((Math.floor(i / 5) + 0.5) / Math.ceil(count / 5))
    return kinds[i % kinds.length] as Interruption
  })
}

function interruptionsAt(fraction: number): Interruption[] {
  const at = `at ${Math.round(fraction * 100)} %`
  const bytesOf = ({ bytes }: PushExtent) => Math.round(bytes * fraction)
  const requestOf = ({ first, last }: PushExtent) => first + Math.floor((last - first + 1) * fraction)
  const cut = (name: string, fault: 'cutBefore' | 'cutAfter'): Interruption => ({
    name: `${name}, ${at} of the requests`,
    isKill: false,
    arm(proxy, extent) {
      const request = requestOf(extent)
      proxy.faults = ({ number }) => (number === request ? { do: fault } : undefined)
    },
  })
  return [
    {
      name: `all connections cut ${at} of the bytes`,
      isKill: false,
      arm: (proxy, extent) => proxy.cutAfterBytes(bytesOf(extent)),
    },
    { name: `killed ${at} of the bytes`, isKill: true, arm: (proxy, extent, kill) => proxy.onBytes(bytesOf(extent), kill) },
    cut('a request cut before the registry received it', 'cutBefore'),
    cut('a request cut after the registry acted on it', 'cutAfter'),
    {
      name: `killed ${at} of the requests`,
      isKill: true,
      arm(proxy, extent, kill) {
        const request = requestOf(extent)
        proxy.faults = ({ number }) => void (number === request && kill())
      },
    },
  ]
}
