import { BY_PATCH, CANARY, kubectl, merge, type ObjectDrift, patch } from './drift.ts'

type More = Partial<ObjectDrift>
const OWNED: More = { isOwned: true }

const of =
  (part: 'server' | 'drain' | 'scheduler', restarts: boolean) =>
  (name: string, shows: RegExp, change: ObjectDrift['change'], more: More = {}): ObjectDrift => {
    const workload = `spacelift-${part}`
    return { name, object: `apps/Deployment/${workload}`, shows, change, by: BY_PATCH, ...(restarts && { restarts: [workload] }), ...more }
  }

const [server, drain, scheduler] = [of('server', true), of('drain', true), of('scheduler', true)]
const [quietServer, quietDrain] = [of('server', false), of('drain', false)]
const at = (deployment: string, ...operations: readonly (readonly ['add' | 'replace' | 'remove', string, unknown?])[]) =>
  patch(`deployment/spacelift-${deployment}`, ...operations.map(([op, path, value]) => [op, `/spec/template/spec${path}`, value] as const))
const MAIN = '/containers/0'

/** Fields of a container, declared and not. */
const containers: readonly ObjectDrift[] = [
  server(
    'a variable added',
    /env\.DB_PASSWORD\.value +\(removed, value hidden\)/,
    kubectl('set', 'env', 'deployment/spacelift-server', `DB_PASSWORD=${CANARY}`),
    {
      by: 'kubectl-set at 20',
      isSample: true,
    },
  ),
  server(
    'a variable changed',
    /env\.ENABLE_INSTRUMENTATION_ENDPOINTS\.value +\(changed, values hidden\)/,
    kubectl('set', 'env', 'deployment/spacelift-server', `ENABLE_INSTRUMENTATION_ENDPOINTS=${CANARY}`),
    { ...OWNED, by: 'kubectl-set at 20' },
  ),
  server(
    'a variable removed',
    /env\.ENABLE_INSTRUMENTATION_ENDPOINTS\.value +true/,
    kubectl('set', 'env', 'deployment/spacelift-server', 'ENABLE_INSTRUMENTATION_ENDPOINTS-'),
    { ...OWNED, by: undefined },
  ),
  scheduler(
    'a variable taken from a secret',
    /env\.X\.valueFrom\.secretKeyRef\.key/,
    at('scheduler', [
      'add',
      `${MAIN}/env/-`,
      { name: 'X', valueFrom: { secretKeyRef: { name: 'spacelift-shared', key: 'LICENSE_TOKEN' } } },
    ]),
  ),
  scheduler('the image changed', /image +other:1 -> /, kubectl('set', 'image', 'deployment/spacelift-scheduler', 'scheduler=other:1'), {
    ...OWNED,
    by: 'kubectl-set at 20',
  }),
  scheduler(
    'the pull policy changed',
    /imagePullPolicy +Never -> Always/,
    at('scheduler', ['replace', `${MAIN}/imagePullPolicy`, 'Never']),
    OWNED,
  ),
  scheduler('arguments added', /args\[0\] +\(removed, value hidden\)/, at('scheduler', ['add', `${MAIN}/args`, [`--password=${CANARY}`]])),
  scheduler(
    'the command changed',
    /command\[2\] +\(changed, values hidden\)/,
    at('scheduler', ['replace', `${MAIN}/command/2`, CANARY]),
    OWNED,
  ),
  drain(
    'another secret read',
    /envFrom\[secretRef:stranger\]/,
    at('drain', ['add', `${MAIN}/envFrom/0`, { secretRef: { name: 'stranger' } }]),
  ),
  drain(
    'the secrets read in another order',
    /envFrom \(order\)/,
    at('drain', ['add', `${MAIN}/envFrom`, [{ secretRef: { name: 'spacelift-drain' } }, { secretRef: { name: 'spacelift-shared' } }]]),
    { ...OWNED, by: undefined },
  ),
  drain('a secret no longer read', /envFrom\[secretRef:spacelift-drain\]/, at('drain', ['remove', `${MAIN}/envFrom/1`]), {
    ...OWNED,
    by: undefined,
  }),
  drain('a port added', /ports\[9999\/TCP\]/, at('drain', ['add', `${MAIN}/ports/-`, { containerPort: 9999 }])),
  server(
    'a port renamed',
    /ports\[8080\/TCP\]\.name/,
    at('server', ['replace', `${MAIN}/ports/0/name`, 'other'], ['replace', `${MAIN}/readinessProbe/httpGet/port`, 8080]),
    OWNED,
  ),
  server(
    'a probe asked more often',
    /readinessProbe\.periodSeconds +1 -> \(removed\)/,
    at('server', ['replace', `${MAIN}/readinessProbe/periodSeconds`, 1]),
  ),
  server(
    'a probe asks another path',
    /readinessProbe\.httpGet\.path +\/other -> \/readiness/,
    at('server', ['replace', `${MAIN}/readinessProbe/httpGet/path`, '/other']),
    OWNED,
  ),
  drain(
    'a probe added',
    /livenessProbe\.httpGet\.path/,
    at('drain', ['add', `${MAIN}/livenessProbe`, { httpGet: { path: '/live', port: 8080 } }]),
  ),
  drain(
    'limits added',
    /resources\.limits\.memory +1Gi -> \(removed\)/,
    at('drain', ['add', `${MAIN}/resources/limits`, { memory: '1024Mi' }]),
  ),
  drain(
    'requests changed',
    /resources\.requests\.cpu +1 -> 100m/,
    at('drain', ['replace', `${MAIN}/resources/requests/cpu`, '1000m']),
    OWNED,
  ),
  drain(
    'privileges allowed',
    /allowPrivilegeEscalation +true -> false/,
    at('drain', ['replace', `${MAIN}/securityContext/allowPrivilegeEscalation`, true]),
    OWNED,
  ),
]

/** Fields of a pod. */
const pods: readonly ObjectDrift[] = [
  scheduler(
    'a container added',
    /containers\.spy\.image/,
    at('scheduler', ['add', '/containers/-', { name: 'spy', image: 'spy:1', args: [CANARY] }]),
    { isSample: true },
  ),
  scheduler(
    'init containers added',
    /initContainers\.one\.image/,
    at('scheduler', [
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
    at('drain', ['add', '/volumes', [{ name: 'v', emptyDir: {} }]], ['add', `${MAIN}/volumeMounts`, [{ name: 'v', mountPath: '/stolen' }]]),
  ),
  drain(
    'a volume added that nobody mounts',
    /volumes\.v/,
    at('drain', ['add', '/volumes', [{ name: 'v', secret: { secretName: 'spacelift-shared' } }]]),
  ),
  drain('another user', /securityContext\.runAsUser +0 -> \(removed\)/, at('drain', ['add', '/securityContext', { runAsUser: 0 }])),
  drain('a toleration added', /tolerations\[0\]\.operator/, at('drain', ['add', '/tolerations', [{ operator: 'Exists' }]])),
  drain(
    'another service account',
    /serviceAccountName +default -> spacelift-backend/,
    at('drain', ['replace', '/serviceAccountName', 'default']),
    OWNED,
  ),
  drain(
    'a shorter grace period',
    /terminationGracePeriodSeconds +5 -> \(removed\)/,
    at('drain', ['replace', '/terminationGracePeriodSeconds', 5]),
  ),
  drain("the host's processes", /hostPID +true -> \(removed\)/, at('drain', ['add', '/hostPID', true])),
  drain('a pull secret added', /imagePullSecrets\.other/, at('drain', ['add', '/imagePullSecrets', [{ name: 'other' }]])),
  drain(
    'a pod annotation added',
    /annotations\[example\.com\/by-hand\] +\(removed, value hidden\)/,
    merge('deployment/spacelift-drain', { spec: { template: { metadata: { annotations: { 'example.com/by-hand': CANARY } } } } }),
  ),
  drain(
    'a pod label added',
    /labels\.who +me -> \(removed\)/,
    merge('deployment/spacelift-drain', { spec: { template: { metadata: { labels: { who: 'me' } } } } }),
  ),
  drain(
    "groundcrew's own annotation changed",
    /annotations\[groundcrew\.dev\/secrets\]/,
    merge('deployment/spacelift-drain', { spec: { template: { metadata: { annotations: { 'groundcrew.dev/secrets': 'x' } } } } }),
    OWNED,
  ),
]

/** What concerns the Deployment itself. */
const workloads: readonly ObjectDrift[] = [
  quietDrain('scaled', /spec\.replicas +2 -> 3 +# drifted, kubectl$/m, kubectl('scale', 'deployment/spacelift-drain', '--replicas=2'), {
    ...OWNED,
    by: 'kubectl',
    isSample: true,
  }),
  quietDrain('paused', /spec\.paused +true -> \(removed\)/, kubectl('rollout', 'pause', 'deployment/spacelift-drain'), {
    by: 'kubectl-rollout at 20',
  }),
  quietDrain(
    'another strategy',
    /strategy\.type +Recreate -> \(removed\)/,
    patch('deployment/spacelift-drain', ['replace', '/spec/strategy', { type: 'Recreate' }]),
  ),
  quietServer(
    'a declared strategy changed',
    /strategy\.rollingUpdate\.maxSurge +2 -> 0/,
    patch('deployment/spacelift-server', ['replace', '/spec/strategy/rollingUpdate/maxSurge', 2]),
    OWNED,
  ),
  quietDrain(
    'fewer revisions kept',
    /revisionHistoryLimit +1 -> \(removed\)/,
    patch('deployment/spacelift-drain', ['replace', '/spec/revisionHistoryLimit', 1]),
  ),
  quietDrain('a label added', /metadata\.labels\.who/, kubectl('label', 'deployment/spacelift-drain', 'who=me'), {
    by: 'kubectl-label at 20',
  }),
  quietDrain(
    "helm's label changed",
    /managed-by\] +me -> Helm/,
    kubectl('label', '--overwrite', 'deployment/spacelift-drain', 'app.kubernetes.io/managed-by=me'),
    { ...OWNED, by: 'kubectl-label at 20' },
  ),
  quietDrain(
    "helm's annotation removed",
    /meta\.helm\.sh\/release-name\] +spacelift/,
    kubectl('annotate', 'deployment/spacelift-drain', 'meta.helm.sh/release-name-'),
    { ...OWNED, by: undefined },
  ),
  quietDrain(
    'a finalizer added',
    /metadata\.finalizers\[example\.com\/held\]/,
    merge('deployment/spacelift-drain', { metadata: { finalizers: ['example.com/held'] } }),
  ),
  quietDrain('deleted', /\+ apps\/Deployment\/spacelift-drain +\(missing\)/, kubectl('delete', 'deployment/spacelift-drain'), {
    ...OWNED,
    by: undefined,
    isSample: true,
  }),
  drain(
    'a deletion in progress that a finalizer holds',
    /metadata\.deleting +true -> \(removed\)/,
    async (site) => {
      await merge('deployment/spacelift-drain', { metadata: { finalizers: ['example.com/held'] } })(site)
      await kubectl('delete', 'deployment/spacelift-drain', '--wait=false')(site)
    },
    OWNED,
  ),
]

export const deploymentDrifts: readonly ObjectDrift[] = [...containers, ...pods, ...workloads]
