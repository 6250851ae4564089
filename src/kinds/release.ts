import type { Resolved } from '../installation/installation.ts'
import { READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { type Declared, type Impact, type Kind, NO_IMPACT } from './kind.ts'
import { isOther, otherContent } from './release/charts.ts'
import { converge } from './release/converge.ts'
import { type Basis, type Evidence, type Material, type ReleaseChange, type ReleaseFacts, readFacts } from './release/facts.ts'
import { look } from './release/look.ts'
import { lossesOfUpgrade, lossImpact } from './release/losses.ts'
import { restartsOf } from './release/objects/wanted.ts'
import { RENAMED, removal, remove } from './release/removal.ts'
import { needsUpgrade, revisionNotes } from './release/revision.ts'
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

const KEEP = 'To keep it, annotate it with helm.sh/resource-policy=keep (kubectl annotate), then plan again.'

function impact(change: ReleaseChange): Impact {
  const { declared, edits, seen, wanted, basis } = change
  const restarts = withReasons(restartsOf(edits, objectsIn(seen), wanted.objects ?? {}), basis.stale)
  const { chart } = declared.material
  const isUpgrade = needsUpgrade(change)
  const lost = seen.is === 'present' && isUpgrade ? lossesOfUpgrade(seen.evidence.objects, basis.manifest) : []
  const { dataAtRisk, refusals } = lossImpact(declared.address, lost, KEEP)
  const other = isUpgrade && isOther(basis.charts, chart) ? [otherContent(chart)] : []
  return { ...NO_IMPACT, restarts, dataAtRisk, notes: revisionNotes(change), refusals: [...refusals, ...other] }
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
