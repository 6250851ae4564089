import { canonicalJson, isMap, type Json } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import * as formats from '../schema/stringFormats.ts'
import type { CrossCheck, Draft } from './draft.ts'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Flags, URLs and credentials of MinIO and the registries are consistent. */
export const checkServers: CrossCheck = (draft) => [
  ...objectStorage(draft),
  ...urlsWithCredentials(draft),
  ...loginPairs(draft),
  ...images(draft),
  ...registries(draft),
]

function objectStorage(draft: Draft): Problem[] {
  const problems: Problem[] = []
  const at = (...keys: string[]) => ['objectStorage', ...keys]
  if (draft.text(...at('endpoint'))?.startsWith('http://') && draft.get(...at('caFile')) !== undefined)
    problems.push(
      draft.conflict(at('caFile'), 'has no effect on an endpoint with http://', 'Write the endpoint with https://, or remove caFile.'),
    )
  if (draft.get(...at('inCluster', 'tls')) === false && draft.get(...at('inCluster', 'allowInsecure')) === true)
    problems.push(draft.conflict(at('inCluster', 'allowInsecure'), 'has no effect without TLS', 'Remove it, or set tls: true.'))
  const uploads = URL.parse(draft.text(...at('uploadsUrl')) ?? '')
  if (uploads?.protocol === 'http:' && !LOOPBACK.test(uploads.hostname))
    problems.push(
      draft.conflict(at('uploadsUrl'), 'is http://, which browsers block on an https:// page', 'Write the https:// address of MinIO.'),
    )
  return problems
}

function urlsWithCredentials(draft: Draft): Problem[] {
  const urls = [
    ['objectStorage', 'endpoint'],
    ['objectStorage', 'uploadsUrl'],
    ['release', 'chart', 'repo'],
    ['release', 'chart', 'oci'],
  ]
  const remedy = 'Remove user and password from the URL; credentials have keys of their own.'
  return urls.filter((path) => formats.hasCredentials(draft.text(...path) ?? '')).map((path) => draft.credentialsInClear(path, remedy))
}

/** User name and password from the same source: one of them is wrong. */
function loginPairs(draft: Draft): Problem[] {
  const logins = [
    ...['admin', 'application'].map((who) => ({ at: ['objectStorage', who], name: 'accessKey', secret: 'secretKey' })),
    ...Object.keys(draft.map('registries')).map((host) => ({ at: ['registries', host], name: 'username', secret: 'password' })),
    { at: ['admin'], name: 'username', secret: 'password' },
  ]
  return logins.flatMap(({ at, name, secret }) => {
    const [first, second] = [draft.get(...at, name), draft.get(...at, secret)]
    const isSame = isMap(first) && isMap(second) && canonicalJson(first as Json) === canonicalJson(second as Json)
    return isSame ? [draft.conflict([...at, secret], `has the same source as ${name}`, 'Write the source of each.')] : []
  })
}

function images(draft: Draft): Problem[] {
  const [backend, launcher] = [draft.text('images', 'backend'), draft.text('images', 'launcher')]
  const problems: Problem[] = []
  if (backend !== undefined && backend === launcher)
    problems.push(
      draft.conflict(
        ['images', 'launcher'],
        'is the same repository as images.backend',
        'Give each image its own repository: both have the same tag.',
      ),
    )
  if (draft.get('images', 'archiveSha256') !== undefined && draft.get('images', 'archive') === undefined)
    problems.push(
      draft.conflict(['images', 'archiveSha256'], 'is set without images.archive', 'Add images.archive, or remove archiveSha256.'),
    )
  return problems
}

function registries(draft: Draft): Problem[] {
  const hosts = Object.keys(draft.map('registries')).filter((host) => formats.registryHost(host) === undefined)
  const normalized = (host: string) => formats.sameHost(host, draft.get('registries', host, 'plainHttp') === true)
  const used = usedHosts(draft)
  return hosts.flatMap((host, i) => {
    const at = ['registries', host]
    const has = (key: string) => draft.get(...at, key) !== undefined
    const problems: Problem[] = []
    if (hosts.slice(0, i).some((other) => normalized(other) === normalized(host)))
      problems.push(draft.conflict(at, 'is a duplicate of a registry above', 'Keep one of the two.'))
    else if (
      used !== undefined &&
      !used.some((usedHost) => [usedHost, formats.sameHost(usedHost, true), formats.sameHost(usedHost)].includes(normalized(host)))
    )
      problems.push(
        draft.conflict(at, 'is used by no image and no chart', 'Write the host as in images.backend and images.launcher, or remove it.'),
      )
    if (draft.get(...at, 'plainHttp') === true && has('caFile'))
      problems.push(draft.conflict([...at, 'caFile'], 'has no effect with plainHttp', 'Remove one of the two.'))
    if (has('username') !== has('password')) {
      const [given, lacking] = has('username') ? ['username', 'password'] : ['password', 'username']
      problems.push(
        draft.conflict([...at, given], `is set without ${lacking}`, `Add ${lacking}, or remove both to use docker's config.json.`),
      )
    }
    return problems
  })
}

/** The registries of the images and the chart; undefined while one of them is not valid. */
function usedHosts(draft: Draft): readonly string[] | undefined {
  const oci = draft.text('release', 'chart', 'oci')?.replace(/^oci:\/\//, '')
  const named = [draft.text('images', 'backend'), draft.text('images', 'launcher'), ...(oci === undefined ? [] : [oci])]
  if (named.some((text) => text === undefined || formats.repository(text) !== undefined)) return undefined
  return named.map((text) => formats.splitRepository(text ?? '').host.toLowerCase())
}
