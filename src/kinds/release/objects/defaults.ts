import { type FactMap, type FactValue, isMap } from '../../../values/json.ts'

/** Whatever stands there: the server, or a controller, gives it out. */
const ANY = Symbol('any')
type Default = FactValue | typeof ANY

/** What a server writes into a pod template by itself. `*` stands for one key. */
const POD: readonly (readonly [string, Default])[] = [
  ['dnsPolicy', 'ClusterFirst'],
  ['restartPolicy', 'Always'],
  ['schedulerName', 'default-scheduler'],
  ['terminationGracePeriodSeconds', 30],
  ['enableServiceLinks', true],
  ...['containers', 'initContainers'].flatMap((containers) => containerDefaults(`${containers}.*`)),
  ...['secret', 'configMap', 'projected', 'downwardAPI'].map((source) => [`volumes.*.${source}.defaultMode`, 420] as const),
  ['volumes.*.hostPath.type', ''],
  ['volumes.*.*.items.*.fieldRef.apiVersion', 'v1'],
  ['volumes.*.projected.sources.*.serviceAccountToken.expirationSeconds', 3600],
]

function containerDefaults(at: string): readonly (readonly [string, Default])[] {
  const probes = ['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap((probe) => probeDefaults(`${at}.${probe}`))
  return [
    [`${at}.terminationMessagePath`, '/dev/termination-log'],
    [`${at}.terminationMessagePolicy`, 'File'],
    [`${at}.env.*.valueFrom.fieldRef.apiVersion`, 'v1'],
    [`${at}.lifecycle.*.httpGet.scheme`, 'HTTP'],
    ...probes,
  ]
}

function probeDefaults(at: string): readonly (readonly [string, Default])[] {
  return [
    [`${at}.failureThreshold`, 3],
    [`${at}.periodSeconds`, 10],
    [`${at}.successThreshold`, 1],
    [`${at}.timeoutSeconds`, 1],
    [`${at}.httpGet.scheme`, 'HTTP'],
    [`${at}.grpc.service`, ''],
  ]
}

const below = (at: string, defaults: readonly (readonly [string, Default])[]) =>
  defaults.map(([path, value]) => [`${at}.${path}`, value] as const)

/** Per kind. What the server copies or derives from other fields is in {@link derived}. */
const TABLE: { readonly [kind: string]: readonly (readonly [string, Default])[] } = {
  Deployment: [
    ['spec.progressDeadlineSeconds', 600],
    ['spec.revisionHistoryLimit', 10],
    ['spec.replicas', 1],
    ['spec.strategy.type', 'RollingUpdate'],
    ['spec.strategy.rollingUpdate.maxSurge', '25%'],
    ['spec.strategy.rollingUpdate.maxUnavailable', '25%'],
    ...below('spec.template.spec', POD),
  ],
  StatefulSet: [
    ['spec.revisionHistoryLimit', 10],
    ['spec.replicas', 1],
    ['spec.podManagementPolicy', 'OrderedReady'],
    ['spec.updateStrategy.type', 'RollingUpdate'],
    ['spec.updateStrategy.rollingUpdate.partition', 0],
    ['spec.persistentVolumeClaimRetentionPolicy.whenDeleted', 'Retain'],
    ['spec.persistentVolumeClaimRetentionPolicy.whenScaled', 'Retain'],
    ['spec.volumeClaimTemplates.*.apiVersion', 'v1'],
    ['spec.volumeClaimTemplates.*.kind', 'PersistentVolumeClaim'],
    ['spec.volumeClaimTemplates.*.spec.volumeMode', 'Filesystem'],
    ['spec.volumeClaimTemplates.*.status', ANY],
    ...below('spec.template.spec', POD),
  ],
  DaemonSet: [
    ['spec.revisionHistoryLimit', 10],
    ['spec.updateStrategy.type', 'RollingUpdate'],
    ['spec.updateStrategy.rollingUpdate.maxSurge', 0],
    ['spec.updateStrategy.rollingUpdate.maxUnavailable', 1],
    ...below('spec.template.spec', POD),
  ],
  CronJob: [
    ['spec.concurrencyPolicy', 'Allow'],
    ['spec.failedJobsHistoryLimit', 1],
    ['spec.successfulJobsHistoryLimit', 3],
    ['spec.suspend', false],
    ...below('spec.jobTemplate.spec.template.spec', POD),
  ],
  Service: [
    ['spec.clusterIP', ANY],
    ['spec.clusterIPs', ANY],
    ['spec.ipFamilies', ANY],
    ['spec.ipFamilyPolicy', 'SingleStack'],
    ['spec.internalTrafficPolicy', 'Cluster'],
    ['spec.externalTrafficPolicy', 'Cluster'],
    ['spec.sessionAffinity', 'None'],
    ['spec.type', 'ClusterIP'],
    ['spec.allocateLoadBalancerNodePorts', true],
    ['spec.healthCheckNodePort', ANY],
    ['spec.ports.*.nodePort', ANY],
    ['metadata.finalizers.service.kubernetes.io/load-balancer-cleanup', ANY],
  ],
  PersistentVolumeClaim: [
    ['spec.storageClassName', ANY],
    ['spec.volumeName', ANY],
    ['spec.volumeMode', 'Filesystem'],
    ['metadata.finalizers.kubernetes.io/pvc-protection', ANY],
  ],
  HorizontalPodAutoscaler: [['spec.minReplicas', 1]],
  CustomResourceDefinition: [
    ['spec.conversion.strategy', 'None'],
    ['metadata.finalizers.customresourcecleanup.apiextensions.k8s.io', ANY],
  ],
  RoleBinding: [['roleRef.apiGroup', 'rbac.authorization.k8s.io']],
  ClusterRoleBinding: [['roleRef.apiGroup', 'rbac.authorization.k8s.io']],
}

type Rule = { readonly below: Map<string, Rule>; value?: Default }

const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries(TABLE).map(([kind, entries]) => [kind, compile(entries)]))
const NO_RULE: Rule = { below: new Map() }

function compile(entries: readonly (readonly [string, Default])[]): Rule {
  const root: Rule = { below: new Map() }
  for (const [path, value] of entries) {
    let here = root
    for (const segment of split(path)) {
      const next = here.below.get(segment) ?? { below: new Map() }
      here.below.set(segment, next)
      here = next
    }
    here.value = value
  }
  return root
}

/** A finalizer's name has dots of its own. */
function split(path: string): string[] {
  const [, name] = /^metadata\.finalizers\.(.+)$/.exec(path) ?? []
  return name === undefined ? path.split('.') : ['metadata', 'finalizers', name]
}

/**
 * The facts of an object without what the server wrote by itself: a field that has its default, or that the server gives
 * out, and that `named` (the facts of the manifest) does not name.
 */
export function withoutDefaults(kind: string, facts: FactMap, named: FactMap | undefined): FactMap {
  return prune(derived(kind, facts, named), RULES.get(kind) ?? NO_RULE, named)
}

function prune(facts: FactMap, rule: Rule, named: FactValue | undefined): FactMap {
  const kept: Record<string, FactValue> = {}
  for (const [key, value] of Object.entries(facts)) {
    const ruled = rule.below.get(key) ?? rule.below.get('*') ?? NO_RULE
    const asked = isMap(named) ? (named as FactMap)[key] : undefined
    if (asked === undefined && (ruled.value === ANY || (ruled.value !== undefined && ruled.value === value))) continue
    if (!isMap(value) || ruled.below.size === 0) {
      kept[key] = value
      continue
    }
    const inner = prune(value as FactMap, ruled, asked)
    // A map that held nothing but defaults was made by the server too; one that was empty is an element of a list.
    if (Object.keys(inner).length > 0 || Object.keys(value).length === 0 || asked !== undefined) kept[key] = inner
  }
  return kept
}

/** Fields the server fills with copies of others. */
function derived(kind: string, facts: FactMap, named: FactMap | undefined): FactMap {
  if (kind === 'CustomResourceDefinition') return withoutDerivedNames(facts, named)
  const path = kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec']
  return edit(facts, named, path, (pod, asked) => {
    const { serviceAccount, ...rest } = pod
    return asked?.serviceAccount === undefined && serviceAccount === pod.serviceAccountName ? rest : pod
  })
}

function withoutDerivedNames(facts: FactMap, named: FactMap | undefined): FactMap {
  return edit(facts, named, ['spec', 'names'], (names, asked) => {
    const derivedNames = { listKind: `${names.kind}List`, singular: String(names.kind).toLowerCase() } as FactMap
    return Object.fromEntries(Object.entries(names).filter(([key, value]) => asked?.[key] !== undefined || derivedNames[key] !== value))
  })
}

/** `facts` with the map at `path` changed, where there is one. */
function edit(
  facts: FactMap,
  named: FactMap | undefined,
  [key, ...rest]: readonly string[],
  change: (map: FactMap, named: FactMap | undefined) => FactMap,
): FactMap {
  if (key === undefined) return change(facts, named)
  const [inner, asked] = [facts[key], named?.[key]]
  if (!isMap(inner)) return facts
  return { ...facts, [key]: edit(inner as FactMap, isMap(asked) ? (asked as FactMap) : undefined, rest, change) }
}

/**
 * The facts of another manifest, with defaults spelled out exactly where `seen` spells them out: that a chart begins to
 * name what the server does anyway is no difference.
 */
export function alignDefaults(kind: string, wanted: FactMap, seen: FactMap): FactMap {
  return spellOut(withoutDefaults(kind, wanted, seen), RULES.get(kind) ?? NO_RULE, seen)
}

function spellOut(wanted: FactMap, rule: Rule, seen: FactMap): FactMap {
  const all: Record<string, FactValue> = { ...wanted }
  for (const [key, value] of Object.entries(seen)) {
    const ruled = rule.below.get(key) ?? rule.below.get('*')
    if (ruled === undefined) continue
    const own = all[key]
    // An element of a list that is not wanted does not come to be for its defaults.
    const inner = isMap(own) ? (own as FactMap) : own === undefined && rule.below.has(key) ? {} : undefined
    if (isMap(value)) {
      const spelled = inner === undefined ? {} : spellOut(inner, ruled, value as FactMap)
      if (Object.keys(spelled).length > 0) all[key] = spelled
    } else if (own === undefined && ruled.value !== undefined && (ruled.value === ANY || ruled.value === value)) all[key] = value
  }
  return all
}
