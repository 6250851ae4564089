import { DECLARED, deleteHeld, merge, type ObjectDrift, objectDrift, patch } from './objectDrift.ts'

/** Services, Ingresses and policies, whose fields the API server defaults or rejects in part. */
export const network: readonly ObjectDrift[] = [
  objectDrift(
    'Service/bare',
    'another target',
    /ports\[80\/TCP\]\.targetPort +81 -> \(removed\)/,
    patch('service/bare', ['replace', '/spec/ports/0/targetPort', 81]),
  ),
  objectDrift('Service/bare', 'a port added', /ports\[99\/TCP\]/, patch('service/bare', ['add', '/spec/ports/-', { name: 'c', port: 99 }])),
  objectDrift(
    'Service/bare',
    'session affinity enabled',
    /sessionAffinity +ClientIP/,
    merge('service/bare', { spec: { sessionAffinity: 'ClientIP' } }),
  ),
  objectDrift(
    'Service/bare',
    'exposed by a load balancer',
    /spec\.type +LoadBalancer/,
    merge('service/bare', { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] } }),
  ),
  objectDrift(
    'Service/bare',
    'an external name instead of a cluster IP',
    /externalName/,
    merge('service/bare', { spec: { type: 'ExternalName', externalName: 'b.example.com' } }),
  ),
  objectDrift(
    'Service/sticky',
    'session affinity disabled',
    /sessionAffinity +None -> ClientIP/,
    merge('service/sticky', { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } }),
    DECLARED,
  ),
  objectDrift(
    'Service/sticky',
    'another timeout of the session affinity',
    /timeoutSeconds +5 -> \(removed\)/,
    merge('service/sticky', { spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } } }),
  ),
  objectDrift(
    'Service/node',
    'no longer exposed by the nodes',
    /spec\.type +ClusterIP -> NodePort/,
    merge('service/node', { spec: { type: 'ClusterIP' } }),
    DECLARED,
  ),
  objectDrift(
    'Service/external',
    'another external name',
    /externalName +b\.example\.com -> a\.example\.com/,
    merge('service/external', { spec: { externalName: 'b.example.com' } }),
    DECLARED,
  ),
  objectDrift(
    'networking.k8s.io/NetworkPolicy/one',
    'all pods of the namespace allowed',
    /ingress\[0\]\.from\[0\]\.podSelector/,
    patch('networkpolicy/one', ['add', '/spec/ingress/0/from/0/podSelector', {}]),
  ),
  objectDrift(
    'networking.k8s.io/NetworkPolicy/one',
    'a rule added',
    /ingress\[1\]/,
    patch('networkpolicy/one', ['add', '/spec/ingress/-', {}]),
  ),
  objectDrift(
    'networking.k8s.io/Ingress/two',
    'a port by name',
    /port\.name +z -> \(removed\)/,
    patch('ingress/two', ['replace', '/spec/rules/0/http/paths/0/backend/service/port', { name: 'z' }]),
    DECLARED,
  ),
  objectDrift(
    'networking.k8s.io/Ingress/two',
    'another path type',
    /pathType +Exact -> Prefix/,
    patch('ingress/two', ['replace', '/spec/rules/0/http/paths/0/pathType', 'Exact']),
    DECLARED,
  ),
  objectDrift(
    'networking.k8s.io/Ingress/one',
    'another certificate',
    /tls/,
    patch('ingress/one', ['add', '/spec/tls/0/secretName', 'stolen']),
    DECLARED,
  ),
  objectDrift('Service/bare', 'a deletion in progress', /metadata\.deleting +true/, deleteHeld('service/bare'), DECLARED),
]
