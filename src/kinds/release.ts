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
import { OBJECTS } from './release/objects/facts/objectPointer.ts'
import { observeRelease } from './release/observeRelease.ts'
import { withReasons } from './release/outdatedReaders.ts'
import { RENAMED_RELEASE, removal, remove } from './release/removal.ts'
import { needsUpgrade, revisionNotes } from './release/revision.ts'
import { valueOrigins } from './release/values.ts'

/** The Helm release with all its objects: `release/spacelift/spacelift`. */
export const release: Kind<ReleaseFacts, Material, Evidence, Basis> = {
  name: 'release',
  holdsData: false,
  replaceOnly: [],
  objects: { below: OBJECTS, marker: '/apiVersion', undeclared: 'not in the chart' },
  namedAt: ['/release/name', '/release'],
  manualRemoval: (address) => {
    const [, namespace, name] = address.split('/')
    return `helm uninstall ${name} --namespace ${namespace}`
  },
  isInstallation: true,
  readFacts,
  declare,
  observe: observeRelease,
  desire,
  exposedTo: () => ({}),
  impact,
  converge,
  removal,
  remove,
}

const KEEP = 'To keep it, annotate it with helm.sh/resource-policy=keep (kubectl annotate), then run groundcrew plan again.'

function impact(change: ReleaseChange): Impact {
  const { declared, edits, observed, desired, basis } = change
  const restarts = withReasons(restartsOf(edits, objectsIn(observed), desired.objects ?? {}), basis.outdatedReaders)
  const { chart } = declared.material
  const isUpgrade = needsUpgrade(change)
  const lost = observed.is === 'present' && isUpgrade ? dataLossOfUpgrade(observed.evidence.objects, basis.manifest) : []
  const { dataAtRisk, refusals } = dataLossImpact(declared.address, lost, KEEP)
  const chartRefusals = isUpgrade && hasDifferentDigest(basis.charts, chart) ? [otherContent(chart)] : []
  return { ...NO_IMPACT, restarts, dataAtRisk, notes: revisionNotes(change), refusals: [...refusals, ...chartRefusals] }
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
      removalPolicy: RENAMED_RELEASE,
    },
  ]
}
