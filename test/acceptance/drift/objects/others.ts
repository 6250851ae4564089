import { CRD, HOOK } from './chart.ts'
import { BY_PATCH, kubectl, merge, type ObjectDrift, patch } from './drift.ts'

type More = Partial<ObjectDrift>
const OWNED: More = { isOwned: true }
const UNKNOWN = { by: undefined }

const on =
  (object: string) =>
  (name: string, shows: RegExp, change: ObjectDrift['change'], more: More = {}): ObjectDrift => ({
    name,
    object,
    shows,
    change,
    by: BY_PATCH,
    ...more,
  })

const [service, ingress, account] = [
  on('Service/spacelift-mqtt'),
  on('networking.k8s.io/Ingress/server-v4'),
  on('ServiceAccount/spacelift-backend'),
]
const [hook, crd] = [on(`ConfigMap/${HOOK}`), on(`apiextensions.k8s.io/CustomResourceDefinition/${CRD}`)]
const at = 'service/spacelift-mqtt'

const services: readonly ObjectDrift[] = [
  service('a port added', /spec\.ports\[99\/TCP\]/, patch(at, ['add', '/spec/ports/-', { name: 'more', port: 99 }])),
  service('a port changed', /spec\.ports\[99\/TCP\]/, patch(at, ['replace', '/spec/ports/0/port', 99]), OWNED),
  service('another target', /targetPort +http -> mqtt/, patch(at, ['replace', '/spec/ports/0/targetPort', 'http']), OWNED),
  service('another selector', /selector\.who +me -> \(removed\)/, merge(at, { spec: { selector: { who: 'me' } } }), { isSample: true }),
  service('another type', /spec\.type +NodePort -> ClusterIP/, merge(at, { spec: { type: 'NodePort' } }), OWNED),
  service('clients stick', /sessionAffinity +ClientIP -> \(removed\)/, merge(at, { spec: { sessionAffinity: 'ClientIP' } })),
  service('an external address', /externalIPs\[0\]/, merge(at, { spec: { externalIPs: ['192.0.2.1'] } })),
  service('a label removed', /helm\.sh\/chart\]/, kubectl('label', at, 'helm.sh/chart-'), { ...OWNED, ...UNKNOWN }),
  service('deleted', /\+ Service\/spacelift-mqtt +\(missing\)/, kubectl('delete', at), { ...OWNED, ...UNKNOWN }),
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
    OWNED,
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
    { ...OWNED },
  ),
  ingress('TLS removed', /tls\.cert/, patch('ingress/server-v4', ['remove', '/spec/tls']), { ...OWNED, ...UNKNOWN }),
  ingress('a class set', /ingressClassName +other -> \(removed\)/, merge('ingress/server-v4', { spec: { ingressClassName: 'other' } })),
  ingress(
    'a declared annotation changed',
    /proxy-body-size\] +\(changed, values hidden\)/,
    kubectl('annotate', '--overwrite', 'ingress/server-v4', 'nginx.ingress.kubernetes.io/proxy-body-size=1m'),
    { ...OWNED, by: 'kubectl-annotate at 20' },
  ),
  ingress('deleted', /\+ networking\.k8s\.io\/Ingress\/server-v4 +\(missing\)/, kubectl('delete', 'ingress/server-v4'), {
    ...OWNED,
    ...UNKNOWN,
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
    OWNED,
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
  hook('a hook deleted', /\(missing\)/, kubectl('delete', `configmap/${HOOK}`), { ...UNKNOWN, isSample: true }),
]

const crds: readonly ObjectDrift[] = [
  crd('a short name added to a CRD', /names\.shortNames\[0\]/, merge(`crd/${CRD}`, { spec: { names: { shortNames: ['th'] } } })),
  crd(
    'the schema of a CRD changed',
    /openAPIV3Schema/,
    patch(`crd/${CRD}`, ['add', '/spec/versions/0/schema/openAPIV3Schema/properties/stolen', { type: 'string' }]),
  ),
  crd('a CRD deleted', /\(missing\)/, kubectl('delete', `crd/${CRD}`), { ...UNKNOWN }),
]

const leftBehind: ObjectDrift = {
  name: 'a service left behind',
  object: 'Service/left-behind',
  shows: /- Service\/left-behind +\(not in the chart\)/,
  async change(site) {
    const metadata = {
      name: 'left-behind',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'spacelift', 'meta.helm.sh/release-namespace': 'spacelift' },
    }
    const file = await site.write(
      'left-behind.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 1 }] } }),
    )
    await site.kubectl('-n', 'spacelift', 'create', '-f', file)
  },
}

export const otherDrifts: readonly ObjectDrift[] = [...services, ...ingresses, ...accounts, ...hooks, ...crds, leftBehind]
