import type { Installation } from '../installation/installation.ts'
import { type Address, kindOf } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'

/** What holds data is never moved or dropped by another name in the file. */
export function renamed(address: Address, installation: Installation): Problem {
  return {
    ...dropped(address, installation),
    detail: 'It holds data, and a change of its name would leave that data behind.',
    remedy: `Put the old name back. To move: stop the installation, copy the data, then forget the old one: groundcrew state rm ${address}.`,
  }
}

/** What was there before us is not ours to remove, and what the file declares instead cannot stand beside it. */
export function adoptedStays(address: Address, installation: Installation): Problem {
  const [kind, namespace, name] = address.split('/')
  const byHand = kind === 'release' ? `helm uninstall ${name} --namespace ${namespace}` : 'remove it by hand'
  return {
    ...dropped(address, installation),
    detail: 'groundcrew did not make it and does not remove it; another one beside it would collide with it.',
    remedy: `Put the old name back. To change it: ${byHand}, then groundcrew state rm ${address}, then apply.`,
  }
}

/** Written by a version that knows more. */
export function unknownKind(address: Address): Problem {
  return {
    code: 'state/unknown-kind',
    summary: `The state remembers ${address}, and this version of groundcrew does not know what that is.`,
    remedy: `Use the version that wrote the state, or forget it: groundcrew state rm ${address}.`,
  }
}

const PLACES: { readonly [kind: string]: readonly string[] } = {
  bucket: ['/objectStorage/buckets'],
  release: ['/release/name', '/release'],
}

function dropped(address: Address, { positions }: Installation): Pick<Problem, 'code' | 'summary' | 'at'> {
  const places = [...(PLACES[kindOf(address)] ?? []), '/kubernetes/namespace']
  const at = places.map((place) => positions.get(place)).find((place) => place !== undefined)
  return { code: 'plan/renamed', summary: `${address} was applied before and is no longer in the file.`, ...(at && { at }) }
}
