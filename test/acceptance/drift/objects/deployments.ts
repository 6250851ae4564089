import { deploymentDrift } from './deploymentDrift.ts'
import { DECLARED, deleteHeld, kubectl, merge, type ObjectDrift, patch, UNKNOWN_MANAGER } from './objectDrift.ts'

const drain = deploymentDrift('drain')
// Changes that replace no pods.
const [serverSpec, drainSpec] = [deploymentDrift('server', false), deploymentDrift('drain', false)]

/** Fields of a Deployment outside its pod template. */
export const deploymentDrifts: readonly ObjectDrift[] = [
  drainSpec('scaled', /spec\.replicas +2 -> 3 +# drifted, kubectl$/m, kubectl('scale', 'deployment/spacelift-drain', '--replicas=2'), {
    ...DECLARED,
    manager: 'kubectl',
    isSample: true,
  }),
  drainSpec('paused', /spec\.paused +true -> \(removed\)/, kubectl('rollout', 'pause', 'deployment/spacelift-drain'), {
    manager: 'kubectl-rollout at 20',
  }),
  drainSpec(
    'another strategy',
    /strategy\.type +Recreate -> \(removed\)/,
    patch('deployment/spacelift-drain', ['replace', '/spec/strategy', { type: 'Recreate' }]),
  ),
  serverSpec(
    'a declared strategy changed',
    /strategy\.rollingUpdate\.maxSurge +2 -> 0/,
    patch('deployment/spacelift-server', ['replace', '/spec/strategy/rollingUpdate/maxSurge', 2]),
    DECLARED,
  ),
  drainSpec(
    'fewer revisions kept',
    /revisionHistoryLimit +1 -> \(removed\)/,
    patch('deployment/spacelift-drain', ['replace', '/spec/revisionHistoryLimit', 1]),
  ),
  drainSpec('a label added', /metadata\.labels\.team/, kubectl('label', 'deployment/spacelift-drain', 'team=other'), {
    manager: 'kubectl-label at 20',
  }),
  drainSpec(
    "helm's label changed",
    /managed-by\] +other -> Helm/,
    kubectl('label', '--overwrite', 'deployment/spacelift-drain', 'app.kubernetes.io/managed-by=other'),
    { ...DECLARED, manager: 'kubectl-label at 20' },
  ),
  drainSpec(
    "helm's annotation removed",
    /meta\.helm\.sh\/release-name\] +spacelift/,
    kubectl('annotate', 'deployment/spacelift-drain', 'meta.helm.sh/release-name-'),
    { ...DECLARED, ...UNKNOWN_MANAGER },
  ),
  drainSpec(
    'a finalizer added',
    /metadata\.finalizers\[example\.com\/held\]/,
    merge('deployment/spacelift-drain', { metadata: { finalizers: ['example.com/held'] } }),
  ),
  drainSpec('deleted', /\+ apps\/Deployment\/spacelift-drain +\(missing\)/, kubectl('delete', 'deployment/spacelift-drain'), {
    ...DECLARED,
    ...UNKNOWN_MANAGER,
  }),
  drain(
    'a deletion in progress that a finalizer holds',
    /metadata\.deleting +true -> \(removed\)/,
    deleteHeld('deployment/spacelift-drain'),
    DECLARED,
  ),
]
