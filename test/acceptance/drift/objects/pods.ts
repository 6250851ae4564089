import { deploymentDrift, patchTemplate } from './deploymentDrift.ts'
import { CANARY, DECLARED, merge, type ObjectDrift } from './objectDrift.ts'

const [drain, scheduler] = [deploymentDrift('drain'), deploymentDrift('scheduler')]
const MAIN = '/containers/0'

/** Fields of a pod template. */
export const podDrifts: readonly ObjectDrift[] = [
  scheduler(
    'a container added',
    /containers\.spy\.image/,
    patchTemplate('scheduler', ['add', '/containers/-', { name: 'spy', image: 'spy:1', args: [CANARY] }]),
  ),
  scheduler(
    'init containers added',
    /initContainers\.one\.image/,
    patchTemplate('scheduler', [
      'add',
      '/initContainers',
      [
        { name: 'one', image: 'one:1' },
        { name: 'two', image: 'two:1' },
      ],
    ]),
  ),
  drain(
    'a volume added and mounted',
    /volumeMounts\[\/stolen\]/,
    patchTemplate(
      'drain',
      ['add', '/volumes', [{ name: 'v', emptyDir: {} }]],
      ['add', `${MAIN}/volumeMounts`, [{ name: 'v', mountPath: '/stolen' }]],
    ),
  ),
  drain(
    'a volume added and not mounted',
    /volumes\.v/,
    patchTemplate('drain', ['add', '/volumes', [{ name: 'v', secret: { secretName: 'spacelift-shared' } }]]),
  ),
  drain(
    'another user',
    /securityContext\.runAsUser +0 -> \(removed\)/,
    patchTemplate('drain', ['add', '/securityContext', { runAsUser: 0 }]),
  ),
  drain('a toleration added', /tolerations\[0\]\.operator/, patchTemplate('drain', ['add', '/tolerations', [{ operator: 'Exists' }]])),
  drain(
    'another service account',
    /serviceAccountName +default -> spacelift-backend/,
    patchTemplate('drain', ['replace', '/serviceAccountName', 'default']),
    DECLARED,
  ),
  drain(
    'a shorter grace period',
    /terminationGracePeriodSeconds +5 -> \(removed\)/,
    patchTemplate('drain', ['replace', '/terminationGracePeriodSeconds', 5]),
  ),
  drain("the host's processes", /hostPID +true -> \(removed\)/, patchTemplate('drain', ['add', '/hostPID', true])),
  drain('a pull secret added', /imagePullSecrets\.other/, patchTemplate('drain', ['add', '/imagePullSecrets', [{ name: 'other' }]])),
  drain(
    'a pod annotation added',
    /annotations\[example\.com\/by-hand\] +\(removed, value hidden\)/,
    merge('deployment/spacelift-drain', { spec: { template: { metadata: { annotations: { 'example.com/by-hand': CANARY } } } } }),
  ),
  drain(
    'a pod label added',
    /labels\.team +other -> \(removed\)/,
    merge('deployment/spacelift-drain', { spec: { template: { metadata: { labels: { team: 'other' } } } } }),
  ),
  drain(
    "groundcrew's own annotation changed",
    /annotations\[groundcrew\.dev\/secrets\]/,
    merge('deployment/spacelift-drain', { spec: { template: { metadata: { annotations: { 'groundcrew.dev/secrets': 'x' } } } } }),
    DECLARED,
  ),
]
