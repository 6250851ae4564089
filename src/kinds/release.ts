import type { Resolved } from '../installation/installation.ts'
import { READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { type Declared, type Impact, type Kind, NO_IMPACT } from './kind.ts'
import { converge } from './release/converge.ts'
import { type Basis, type Evidence, type Material, type ReleaseChange, type ReleaseFacts, readFacts } from './release/facts.ts'
import { look } from './release/look.ts'
import { restartsOf } from './release/objects/wanted.ts'
import { RENAMED, removal, remove } from './release/removal.ts'
import { revisionNotes } from './release/revision.ts'
import { withReasons } from './release/stale.ts'
import { valueOrigins } from './release/values.ts'
import { objectsIn, want } from './release/want.ts'

/** The Helm release with every object of it: `release/spacelift/spacelift`. */
export const release: Kind<ReleaseFacts, Material, Evidence, Basis> = {
  name: 'release',
  holdsData: false,
  fixed: [],
  readFacts,
  declare,
  observe: look,
  want,
  served: () => ({}),
  impact,
  converge,
  removal,
  remove,
}

function impact(change: ReleaseChange): Impact {
  const { edits, seen, wanted, basis } = change
  const restarts = withReasons(restartsOf(edits, objectsIn(seen), wanted.objects ?? {}), basis.stale)
  return { ...NO_IMPACT, restarts, notes: revisionNotes(change) }
}

function declare({ installation, chart }: Resolved): readonly Declared<Material>[] {
  const { namespace } = installation.kubernetes
  const after = [
    address('namespace', namespace),
    address('image', 'backend'),
    address('image', 'launcher'),
    ...installation.objectStorage.buckets.map((bucket) => address('bucket', bucket.name)),
    ...READERS.map((reader) => address('secret', namespace, SECRET_NAMES[reader])),
  ]
  return [
    {
      address: address('release', namespace, installation.release.name),
      material: { installation, chart },
      after,
      origins: valueOrigins(installation),
      whenGone: RENAMED,
    },
  ]
}
