import type { Installation } from '../installation/installation.ts'
import type { KindTraits } from '../kinds/kind.ts'
import type { Address } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'

/** A resource that holds data is never moved or deleted because of another name in the file. */
export function renamed(address: Address, traits: KindTraits, installation: Installation): Problem {
  return {
    ...dropped(address, traits, installation),
    detail: 'It holds data, and a change of its name would leave that data behind.',
    remedy: `Restore the old name. To move the data: stop the installation, copy the data, then forget the old resource: groundcrew state rm ${address}.`,
  }
}

/** An adopted resource is not groundcrew's to remove, and what the file declares instead cannot exist beside it. */
export function adoptedBlocksReplacement(address: Address, traits: KindTraits, installation: Installation): Problem {
  const removal = traits.manualRemoval?.(address) ?? 'remove it by hand'
  return {
    ...dropped(address, traits, installation),
    detail: 'groundcrew did not create it and does not remove it; another one beside it would collide with it.',
    remedy: `Restore the old name. To change it: ${removal}, then groundcrew state rm ${address}, then groundcrew apply.`,
  }
}

/** Recorded by a newer version. */
export function unknownKind(address: Address): Problem {
  return {
    code: 'state/unknown-kind',
    summary: `The state has a record of ${address}, a kind of resource that this version of groundcrew does not know.`,
    remedy: `Use the version that wrote the state, or forget the record: groundcrew state rm ${address}.`,
  }
}

function dropped(address: Address, { namedAt = [] }: KindTraits, { positions }: Installation): Pick<Problem, 'code' | 'summary' | 'at'> {
  const at = [...namedAt, '/kubernetes/namespace'].map((place) => positions.get(place)).find((place) => place !== undefined)
  return { code: 'plan/renamed', summary: `${address} was applied before and is no longer in the file.`, ...(at && { at }) }
}
