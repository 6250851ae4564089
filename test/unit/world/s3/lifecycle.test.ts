import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readLifecycle } from '../../../../src/world/s3/readLifecycle.ts'
import { readVersioning, writeVersioning } from '../../../../src/world/s3/versioning.ts'
import { writeLifecycle } from '../../../../src/world/s3/writeLifecycle.ts'
import { loadXml } from '../../../../src/world/s3/xml.ts'

const xml = await loadXml()
const document = (...rules: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`
const EXPIRE = '<Status>Enabled</Status><Expiration><Days>3</Days></Expiration>'

/** Text that XML can contain. */
const name = fc.string({ unit: 'grapheme-ascii', maxLength: 8 })
const days = fc.integer({ min: 0, max: 9 })
const rule = fc.record(
  {
    id: name,
    enabled: fc.boolean(),
    filter: fc.record(
      { prefix: name, tags: fc.dictionary(fc.constantFrom('a', 'b', '1'), name), sizeGreaterThan: days, sizeLessThan: days },
      { requiredKeys: ['prefix', 'tags'] },
    ),
    expiration: fc.record(
      {
        days,
        date: fc.constant('2030-01-01T00:00:00Z'),
        expiredObjectDeleteMarker: fc.constant(true),
        expiredObjectAllVersions: fc.constant(true),
      },
      { requiredKeys: ['days'] },
    ),
    noncurrentExpiration: fc.record({ days, newerVersions: days }, { requiredKeys: ['days'] }),
    transition: fc.record({ days, storageClass: name }),
    noncurrentTransition: fc.record({ days, storageClass: name }),
    delMarkerExpiration: fc.record({ days }),
  },
  { requiredKeys: ['id', 'enabled', 'filter'] },
)

test('rules survive writing and reading: ids 007 and true, prefixes 2024 and " a&b" included', () => {
  fc.assert(
    fc.property(fc.array(rule), (rules) => {
      const read = readLifecycle(writeLifecycle(rules, xml), xml)
      assert.equal(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(rules)))
    }),
    { examples: [[[at('007', '2024')]], [[at('true', ' a&b"<\'')]], [[at(' ', '#text')]]] },
  )
})

const at = (id: string, prefix: string) => ({ id, enabled: true, filter: { prefix, tags: {} } })

test('all spellings of "all objects" are read the same', () => {
  const spellings = ['', '<Filter></Filter>', '<Filter><Prefix></Prefix></Filter>', '<Prefix></Prefix>', '<Filter/>', '<Prefix/>']
  for (const spelling of spellings)
    assert.equal(readLifecycle(document(`<ID>1</ID>${spelling}${EXPIRE}`), xml), [
      { id: '1', enabled: true, filter: { prefix: '', tags: {} }, expiration: { days: 3 } },
    ])
})

test('a prefix beside the filter, in it and under And means the same', () => {
  const rules = ['<Prefix>a</Prefix>', '<Filter><Prefix>a</Prefix></Filter>', '<Filter><And><Prefix>a</Prefix></And></Filter>']
  for (const rule of rules) assert.is(readLifecycle(document(`${rule}${EXPIRE}`), xml)?.[0]?.filter.prefix, 'a')
})

test('whitespace between elements, namespaces and numeric character references are accepted', () => {
  const text = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
    <Rule>
      <ID>a&#34;b</ID>
      <Status>Enabled</Status>
      <Filter>
        <Prefix>x&#x26;</Prefix>
      </Filter>
      <Expiration><Days> 3 </Days><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration>
    </Rule>
  </LifecycleConfiguration>`
  assert.equal(readLifecycle(text, xml), [{ id: 'a"b', enabled: true, filter: { prefix: 'x&', tags: {} }, expiration: { days: 3 } }])
})

test('unknown elements are kept at every level', () => {
  const rule = `<ID>1</ID>${EXPIRE}<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload><Filter><Whim>1</Whim></Filter>`
  assert.equal(readLifecycle(document(rule), xml)?.[0]?.other, {
    AbortIncompleteMultipartUpload: '{"DaysAfterInitiation":"1"}',
    'Filter/Whim': '"1"',
  })
})

test('a broken document is never read as "no rules"', () => {
  const whole = document(`<ID>1</ID>${EXPIRE}`)
  const broken = [
    '',
    'no',
    '<html><body></body></html>',
    '<!doctype html><html><body><br></body></html>',
    whole.slice(0, -20),
    document(`<ID>1</ID><Status>On</Status>`),
    document('<Status>Enabled</Status><Expiration><Days>many</Days></Expiration>'),
    document('<Status>Enabled</Status><Expiration><Date>soon</Date></Expiration>'),
    document(`${EXPIRE}<Transition><Days>1</Days></Transition><Transition><Days>2</Days></Transition>`),
  ]
  for (const text of broken) assert.is(readLifecycle(text, xml), undefined, text)
})

test('versioning is never set, enabled or suspended, with its exclusions', () => {
  const plain = { excludedPrefixes: [], excludeFolders: false }
  assert.equal(readVersioning('<VersioningConfiguration xmlns="x"></VersioningConfiguration>', xml), { status: 'never-set', ...plain })
  assert.equal(readVersioning('<VersioningConfiguration/>', xml), { status: 'never-set', ...plain })
  const all = { status: 'enabled', excludedPrefixes: ['2024', ' a&'], excludeFolders: true } as const
  assert.equal(readVersioning(writeVersioning(all, xml), xml), all)
  const suspended = { status: 'suspended', ...plain } as const
  assert.equal(readVersioning(writeVersioning(suspended, xml), xml), suspended)
})

test('a broken versioning document is not read as "never set"', () => {
  const broken = [
    '',
    '<html></html>',
    '<VersioningConfiguration><Status>Enab',
    '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>',
  ]
  for (const text of broken) assert.is(readVersioning(text, xml), undefined, text)
})

test.run()
