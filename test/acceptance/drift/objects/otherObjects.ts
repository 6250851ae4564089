import { CRD, HOOK } from './charts.ts'
import {
  DECLARED,
  type DriftOptions,
  kubectl,
  leftover,
  merge,
  type ObjectDrift,
  objectDrift,
  patch,
  UNKNOWN_MANAGER,
} from './objectDrift.ts'

const driftIn =
  (object: string) =>
  (name: string, planShows: RegExp, change: ObjectDrift['change'], options: DriftOptions = {}): ObjectDrift =>
    objectDrift(object, name, planShows, change, options)

const service = driftIn('Service/spacelift-mqtt')
const ingress = driftIn('networking.k8s.io/Ingress/server-v4')
const account = driftIn('ServiceAccount/spacelift-backend')
const hook = driftIn(`ConfigMap/${HOOK}`)
const crd = driftIn(`apiextensions.k8s.io/CustomResourceDefinition/${CRD}`)
const SERVICE = 'service/spacelift-mqtt'

const services: readonly ObjectDrift[] = [
  service('a port added', /spec\.ports\[99\/TCP\]/, patch(SERVICE, ['add', '/spec/ports/-', { name: 'more', port: 99 }])),
  service('a port changed', /spec\.ports\[99\/TCP\]/, patch(SERVICE, ['replace', '/spec/ports/0/port', 99]), DECLARED),
  service('another target', /targetPort +http -> mqtt/, patch(SERVICE, ['replace', '/spec/ports/0/targetPort', 'http']), DECLARED),
  service('another selector', /selector\.team +other -> \(removed\)/, merge(SERVICE, { spec: { selector: { team: 'other' } } })),
  service('another type', /spec\.type +NodePort -> ClusterIP/, merge(SERVICE, { spec: { type: 'NodePort' } }), DECLARED),
  service(
    'session affinity enabled',
    /sessionAffinity +ClientIP -> \(removed\)/,
    merge(SERVICE, { spec: { sessionAffinity: 'ClientIP' } }),
  ),
  service('an external address', /externalIPs\[0\]/, merge(SERVICE, { spec: { externalIPs: ['192.0.2.1'] } })),
  service('a label removed', /helm\.sh\/chart\]/, kubectl('label', SERVICE, 'helm.sh/chart-'), { ...DECLARED, ...UNKNOWN_MANAGER }),
  service('deleted', /\+ Service\/spacelift-mqtt +\(missing\)/, kubectl('delete', SERVICE), { ...DECLARED, ...UNKNOWN_MANAGER }),
]

const RULE = {
  host: 'stolen.example.com',
  http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 1 } } } }] },
}

const ingresses: readonly ObjectDrift[] = [
  ingress('a rule added', /rules\[stolen\.example\.com\]/, patch('ingress/server-v4', ['add', '/spec/rules/-', RULE])),
  ingress(
    'the host changed',
    /rules\[stolen\.example\.com\]/,
    patch('ingress/server-v4', ['replace', '/spec/rules/0/host', 'stolen.example.com']),
    DECLARED,
  ),
  ingress(
    'a path added',
    /paths\[\/more\]/,
    patch('ingress/server-v4', ['add', '/spec/rules/0/http/paths/-', { ...RULE.http.paths[0], path: '/more' }]),
  ),
  ingress(
    'another backend',
    /service\.name +x -> spacelift-server/,
    patch('ingress/server-v4', ['replace', '/spec/rules/0/http/paths/0/backend/service/name', 'x']),
    DECLARED,
  ),
  ingress('TLS removed', /tls\.cert/, patch('ingress/server-v4', ['remove', '/spec/tls']), { ...DECLARED, ...UNKNOWN_MANAGER }),
  ingress('a class set', /ingressClassName +other -> \(removed\)/, merge('ingress/server-v4', { spec: { ingressClassName: 'other' } })),
  ingress(
    'a declared annotation changed',
    /proxy-body-size\] +\(changed, values hidden\)/,
    kubectl('annotate', '--overwrite', 'ingress/server-v4', 'nginx.ingress.kubernetes.io/proxy-body-size=1m'),
    { ...DECLARED, manager: 'kubectl-annotate at 20' },
  ),
  ingress('deleted', /\+ networking\.k8s\.io\/Ingress\/server-v4 +\(missing\)/, kubectl('delete', 'ingress/server-v4'), {
    ...DECLARED,
    ...UNKNOWN_MANAGER,
  }),
]

const accounts: readonly ObjectDrift[] = [
  account(
    'a pull secret added',
    /imagePullSecrets\.other/,
    merge('serviceaccount/spacelift-backend', { imagePullSecrets: [{ name: 'other' }] }),
  ),
  account(
    'its token no longer mounted',
    /automountServiceAccountToken +false -> true/,
    merge('serviceaccount/spacelift-backend', { automountServiceAccountToken: false }),
    DECLARED,
  ),
  account(
    'a finalizer added',
    /finalizers\[example\.com\/held\]/,
    merge('serviceaccount/spacelift-backend', { metadata: { finalizers: ['example.com/held'] } }),
  ),
]

const hooks: readonly ObjectDrift[] = [
  hook('a setting of a hook changed', /data\.mode +\(changed, values hidden\)/, merge(`configmap/${HOOK}`, { data: { mode: 'stolen' } })),
  hook('a setting added to a hook', /data\.more +\(removed, value hidden\)/, merge(`configmap/${HOOK}`, { data: { more: 'x' } })),
  hook('a hook deleted', /\(missing\)/, kubectl('delete', `configmap/${HOOK}`), { ...UNKNOWN_MANAGER, isSample: true }),
]

const crds: readonly ObjectDrift[] = [
  crd('a short name added to a CRD', /names\.shortNames\[0\]/, merge(`crd/${CRD}`, { spec: { names: { shortNames: ['th'] } } })),
  crd(
    'the schema of a CRD changed',
    /openAPIV3Schema/,
    patch(`crd/${CRD}`, ['add', '/spec/versions/0/schema/openAPIV3Schema/properties/stolen', { type: 'string' }]),
  ),
  crd('a CRD deleted', /\(missing\)/, kubectl('delete', `crd/${CRD}`), UNKNOWN_MANAGER),
]

export const otherDrifts: readonly ObjectDrift[] = [
  ...services,
  ...ingresses,
  ...accounts,
  ...hooks,
  ...crds,
  leftover('Service', { spec: { ports: [{ port: 1 }] } }),
]
