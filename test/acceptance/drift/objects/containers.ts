import { deploymentDrift, patchTemplate } from './deploymentDrift.ts'
import { CANARY, DECLARED, kubectl, type ObjectDrift, UNKNOWN_MANAGER } from './objectDrift.ts'

const [server, drain, scheduler] = [deploymentDrift('server'), deploymentDrift('drain'), deploymentDrift('scheduler')]
const MAIN = '/containers/0'

/** Fields of a container, declared and not. */
export const containerDrifts: readonly ObjectDrift[] = [
  server(
    'a variable added',
    /env\.DB_PASSWORD\.value +\(removed, value hidden\)/,
    kubectl('set', 'env', 'deployment/spacelift-server', `DB_PASSWORD=${CANARY}`),
    {
      manager: 'kubectl-set at 20',
      isSample: true,
    },
  ),
  server(
    'a variable changed',
    /env\.ENABLE_INSTRUMENTATION_ENDPOINTS\.value +\(changed, values hidden\)/,
    kubectl('set', 'env', 'deployment/spacelift-server', `ENABLE_INSTRUMENTATION_ENDPOINTS=${CANARY}`),
    { ...DECLARED, manager: 'kubectl-set at 20' },
  ),
  server(
    'a variable removed',
    /env\.ENABLE_INSTRUMENTATION_ENDPOINTS\.value +true/,
    kubectl('set', 'env', 'deployment/spacelift-server', 'ENABLE_INSTRUMENTATION_ENDPOINTS-'),
    { ...DECLARED, ...UNKNOWN_MANAGER },
  ),
  scheduler(
    'a variable taken from a secret',
    /env\.X\.valueFrom\.secretKeyRef\.key/,
    patchTemplate('scheduler', [
      'add',
      `${MAIN}/env/-`,
      { name: 'X', valueFrom: { secretKeyRef: { name: 'spacelift-shared', key: 'LICENSE_TOKEN' } } },
    ]),
  ),
  scheduler('the image changed', /image +other:1 -> /, kubectl('set', 'image', 'deployment/spacelift-scheduler', 'scheduler=other:1'), {
    ...DECLARED,
    manager: 'kubectl-set at 20',
  }),
  scheduler(
    'the pull policy changed',
    /imagePullPolicy +Never -> Always/,
    patchTemplate('scheduler', ['replace', `${MAIN}/imagePullPolicy`, 'Never']),
    DECLARED,
  ),
  scheduler(
    'arguments added',
    /args\[0\] +\(removed, value hidden\)/,
    patchTemplate('scheduler', ['add', `${MAIN}/args`, [`--password=${CANARY}`]]),
  ),
  scheduler(
    'the command changed',
    /command\[2\] +\(changed, values hidden\)/,
    patchTemplate('scheduler', ['replace', `${MAIN}/command/2`, CANARY]),
    DECLARED,
  ),
  drain(
    'another secret read',
    /envFrom\[secretRef:stranger\]/,
    patchTemplate('drain', ['add', `${MAIN}/envFrom/0`, { secretRef: { name: 'stranger' } }]),
  ),
  drain(
    'the secrets read in another order',
    /envFrom \(order\)/,
    patchTemplate('drain', [
      'add',
      `${MAIN}/envFrom`,
      [{ secretRef: { name: 'spacelift-drain' } }, { secretRef: { name: 'spacelift-shared' } }],
    ]),
    { ...DECLARED, ...UNKNOWN_MANAGER },
  ),
  drain('a secret no longer read', /envFrom\[secretRef:spacelift-drain\]/, patchTemplate('drain', ['remove', `${MAIN}/envFrom/1`]), {
    ...DECLARED,
    ...UNKNOWN_MANAGER,
  }),
  drain('a port added', /ports\[9999\/TCP\]/, patchTemplate('drain', ['add', `${MAIN}/ports/-`, { containerPort: 9999 }])),
  server(
    'a port renamed',
    /ports\[8080\/TCP\]\.name/,
    patchTemplate('server', ['replace', `${MAIN}/ports/0/name`, 'other'], ['replace', `${MAIN}/readinessProbe/httpGet/port`, 8080]),
    DECLARED,
  ),
  server(
    'a more frequent probe',
    /readinessProbe\.periodSeconds +1 -> \(removed\)/,
    patchTemplate('server', ['replace', `${MAIN}/readinessProbe/periodSeconds`, 1]),
  ),
  server(
    'a probe of another path',
    /readinessProbe\.httpGet\.path +\/other -> \/readiness/,
    patchTemplate('server', ['replace', `${MAIN}/readinessProbe/httpGet/path`, '/other']),
    DECLARED,
  ),
  drain(
    'a probe added',
    /livenessProbe\.httpGet\.path/,
    patchTemplate('drain', ['add', `${MAIN}/livenessProbe`, { httpGet: { path: '/live', port: 8080 } }]),
  ),
  drain(
    'limits added',
    /resources\.limits\.memory +1Gi -> \(removed\)/,
    patchTemplate('drain', ['add', `${MAIN}/resources/limits`, { memory: '1024Mi' }]),
  ),
  drain(
    'requests changed',
    /resources\.requests\.cpu +1 -> 100m/,
    patchTemplate('drain', ['replace', `${MAIN}/resources/requests/cpu`, '1000m']),
    DECLARED,
  ),
  drain(
    'privileges allowed',
    /allowPrivilegeEscalation +true -> false/,
    patchTemplate('drain', ['replace', `${MAIN}/securityContext/allowPrivilegeEscalation`, true]),
    DECLARED,
  ),
]
