import type { Resolved } from '../installation/installation.ts'
import { READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { type Declared, type Impact, type Kind, NO_IMPACT } from './kind.ts'
import { hasDifferentDigest, otherContent } from './release/charts.ts'
import { converge } from './release/converge.ts'
import { dataLossImpact, dataLossOfUpgrade } from './release/dataLoss.ts'
import { desire, objectsIn } from './release/desireRelease.ts'
import { type Basis, type Evidence, type Material, type ReleaseChange, type ReleaseFacts, readFacts } from './release/facts.ts'
import { restartsOf } from './release/objects/desiredObjects.ts'
import { observe } from './release/observeRelease.ts'
import { withReasons } from './release/outdatedReaders.ts'
import { RENAMED, removal, remove } from './release/removal.ts'
import { needsUpgrade, revisionNotes } from './release/revision.ts'
import { valueOrigins } from './release/values.ts'

/** The Helm release with every object of it: `release/spacelift/spacelift`. */
export const release: Kind<ReleaseFacts, Material, Evidence, Basis> = {
  name: 'release',
  holdsData: false,
  replaceOnly: [],
  objects: { below: '/objects', marker: '/apiVersion', undeclared: 'not in the chart' },
  namedAt: ['/release/name', '/release'],
  manualRemoval: (address) => {
    const [, namespace, name] = address.split('/')
    return `helm uninstall ${name} --namespace ${namespace}`
  },
  isInstallation: true,
  readFacts,
  declare,
  observe: observe,
  desire: desire,
  exposedTo: () => ({}),
  impact,
  converge,
  removal,
  remove,
}

const KEEP = 'To keep it, annotate it with helm.sh/resource-policy=keep (kubectl annotate), then plan again.'

function impact(change: ReleaseChange): Impact {
  const { declared, edits, observed: seen, desired: wanted, basis } = change
  const restarts = withReasons(restartsOf(edits, objectsIn(seen), wanted.objects ?? {}), basis.stale)
  const { chart } = declared.material
  const isUpgrade = needsUpgrade(change)
  const lost = seen.is === 'present' && isUpgrade ? dataLossOfUpgrade(seen.evidence.objects, basis.manifest) : []
  const { dataAtRisk, refusals } = dataLossImpact(declared.address, lost, KEEP)
  const other = isUpgrade && hasDifferentDigest(basis.charts, chart) ? [otherContent(chart)] : []
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
      removalPolicy: RENAMED,
    },
  ]
}
