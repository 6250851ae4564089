import { kubectl, merge, type ObjectDrift, patch } from './drift.ts'
import { drift, OWNED } from './everyKindSaid.ts'

/** Services, Ingresses and policies, with what the server fills in or refuses half. */
export const network: readonly ObjectDrift[] = [
  drift(
    'Service/bare',
    'another target',
    /ports\[80\/TCP\]\.targetPort +81 -> \(removed\)/,
    patch('service/bare', ['replace', '/spec/ports/0/targetPort', 81]),
  ),
  drift('Service/bare', 'a port added', /ports\[99\/TCP\]/, patch('service/bare', ['add', '/spec/ports/-', { name: 'c', port: 99 }])),
  drift('Service/bare', 'clients stick', /sessionAffinity +ClientIP/, merge('service/bare', { spec: { sessionAffinity: 'ClientIP' } })),
  drift(
    'Service/bare',
    'seen from outside',
    /spec\.type +LoadBalancer/,
    merge('service/bare', { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] } }),
  ),
  drift(
    'Service/bare',
    'a name elsewhere',
    /externalName/,
    merge('service/bare', { spec: { type: 'ExternalName', externalName: 'b.example.com' } }),
  ),
  drift(
    'Service/sticky',
    'clients no longer stick',
    /sessionAffinity +None -> ClientIP/,
    merge('service/sticky', { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } }),
    OWNED,
  ),
  drift(
    'Service/sticky',
    'clients stick longer',
    /timeoutSeconds +5 -> \(removed\)/,
    merge('service/sticky', { spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } } }),
  ),
  drift(
    'Service/node',
    'no longer seen from outside',
    /spec\.type +ClusterIP -> NodePort/,
    merge('service/node', { spec: { type: 'ClusterIP' } }),
    OWNED,
  ),
  drift(
    'Service/external',
    'a name led elsewhere',
    /externalName +b\.example\.com -> a\.example\.com/,
    merge('service/external', { spec: { externalName: 'b.example.com' } }),
    OWNED,
  ),
  drift(
    'networking.k8s.io/NetworkPolicy/one',
    'opened to everybody',
    /ingress\[0\]\.from\[0\]\.podSelector/,
    patch('networkpolicy/one', ['add', '/spec/ingress/0/from/0/podSelector', {}]),
  ),
  drift('networking.k8s.io/NetworkPolicy/one', 'a rule added', /ingress\[1\]/, patch('networkpolicy/one', ['add', '/spec/ingress/-', {}])),
  drift(
    'networking.k8s.io/Ingress/two',
    'a port by name',
    /port\.name +z -> \(removed\)/,
    patch('ingress/two', ['replace', '/spec/rules/0/http/paths/0/backend/service/port', { name: 'z' }]),
    OWNED,
  ),
  drift(
    'networking.k8s.io/Ingress/two',
    'paths meant otherwise',
    /pathType +Exact -> Prefix/,
    patch('ingress/two', ['replace', '/spec/rules/0/http/paths/0/pathType', 'Exact']),
    OWNED,
  ),
  drift(
    'networking.k8s.io/Ingress/one',
    'another certificate',
    /tls/,
    patch('ingress/one', ['add', '/spec/tls/0/secretName', 'stolen']),
    OWNED,
  ),
  drift('Service/bare', 'a deletion in progress', /metadata\.deleting +true/, held('service/bare'), OWNED),
]

/** Deleted while a finalizer holds it. */
function held(object: string): ObjectDrift['change'] {
  return async (site) => {
    await merge(object, { metadata: { finalizers: ['example.com/held'] } })(site)
    await kubectl('delete', object, '--wait=false')(site)
  }
}
