import type { Problem } from '../../values/problem.ts'
import type { Endpoint } from './httpClient.ts'

type ErrorTemplate = { readonly code: string; readonly what: (name: string) => string; readonly remedy: string }

const REFUSED: ErrorTemplate = {
  code: 'refused-connection',
  what: (name) => `${name} refused the connection`,
  remedy: 'Look whether it runs and listens there, and whether the address and port are right.',
}
const SILENT: ErrorTemplate = {
  code: 'silent',
  what: (name) => `${name} does not answer`,
  remedy:
    'Something listens there but says nothing, or a firewall drops the packets: look at the address, the port and what stands between.',
}
const NAME: ErrorTemplate = {
  code: 'unknown-host',
  what: (name) => `the name of ${name} cannot be resolved`,
  remedy: 'Look at the address and at this machine’s DNS.',
}
const RESET: ErrorTemplate = {
  code: 'broken-connection',
  what: (name) => `${name} broke the connection off`,
  remedy: 'Try again; if it stays, look at its log and at proxies between.',
}
const AUTHORITY: ErrorTemplate = {
  code: 'untrusted-certificate',
  what: (name) => `the certificate of ${name} is not signed by an authority this machine trusts`,
  remedy: 'Name the right authority: caFile in desired-state.yaml (MinIO, registry), certificate-authority in the kubeconfig (API server).',
}
const EXPIRED: ErrorTemplate = {
  code: 'expired-certificate',
  what: (name) => `the certificate of ${name} has expired or is not valid yet`,
  remedy: 'Renew it, or look at this machine’s clock.',
}
const HOSTNAME: ErrorTemplate = {
  code: 'other-hostname',
  what: (name) => `the certificate of ${name} is for another host name`,
  remedy: 'Use the name that the certificate has, or have one made for this name.',
}
const NOT_TLS: ErrorTemplate = {
  code: 'not-tls',
  what: (name) => `${name} does not speak TLS there`,
  remedy: 'Is it http and not https (plainHttp: true for a registry), or is the port another one?',
}
const NOT_HTTP: ErrorTemplate = {
  code: 'not-http',
  what: (name) => `${name} does not speak plain HTTP there`,
  remedy: 'Is it https and not http, or is the port another one?',
}
const CLIENT: ErrorTemplate = {
  code: 'client-certificate',
  what: (name) => `${name} refused our client certificate`,
  remedy: 'Look at the user of this context in the kubeconfig: its certificate may have expired.',
}
const ABORTED: ErrorTemplate = { code: 'interrupted', what: (name) => `the request to ${name} was interrupted`, remedy: 'Run it again.' }
const OTHER: ErrorTemplate = {
  code: 'unreachable',
  what: (name) => `${name} cannot be reached`,
  remedy: 'Look at the address and the network between.',
}

const BY_CODE: { readonly [code: string]: ErrorTemplate } = {
  ECONNREFUSED: REFUSED,
  SILENT,
  ETIMEDOUT: SILENT,
  ENOTFOUND: NAME,
  EAI_AGAIN: NAME,
  ECONNRESET: RESET,
  EPIPE: RESET,
  ECONNABORTED: RESET,
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  CERT_SIGNATURE_FAILURE: AUTHORITY,
  CERT_HAS_EXPIRED: EXPIRED,
  CERT_NOT_YET_VALID: EXPIRED,
  ERR_TLS_CERT_ALTNAME_INVALID: HOSTNAME,
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  HPE_INVALID_CONSTANT: NOT_HTTP,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT,
  ABORT_ERR: ABORTED,
}

/** What went wrong on the way to a server, as a person needs to hear it. Only Node's code is used: messages may carry anything. */
export function transportProblem(error: unknown, endpoint: Pick<Endpoint, 'what' | 'code' | 'url'>): Problem {
  const code = codeOf(error)
  const words = BY_CODE[code] ?? OTHER
  const sentence = words.what(endpoint.what)
  return {
    code: `${endpoint.code}/${words.code}`,
    summary: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)} (${endpoint.url.origin}).`,
    ...(words === OTHER && code !== '' && { detail: `The system says ${code}.` }),
    remedy: words.remedy,
  }
}

/** Node's code of an error; of several attempts (IPv6, then IPv4) the last one's. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1))
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' ? code : ''
}
