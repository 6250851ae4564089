import { generateKeyPairSync } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readJwt } from '../../../src/values/jwt.ts'
import { readRsaKey } from '../../../src/values/rsaKey.ts'
import { Sealed } from '../../../src/values/sealed.ts'
import { checkDatabaseUrl, lengthWithin } from '../../../src/values/secretFormat.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const pkcs8 = rsa.export({ type: 'pkcs8', format: 'pem' }).toString()
const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString()

test('an RSA key has the same hash in any encoding', () => {
  const keys = [pkcs8, pkcs1, Buffer.from(pkcs8).toString('base64'), pkcs8.replaceAll('\n', '\r\n')].map((text) =>
    readRsaKey(Sealed.of(text)),
  )
  assert.is(new Set(keys.map((key) => (typeof key === 'string' ? key : key.spkiSha256))).size, 1)
  for (const key of keys) assert.is(typeof key === 'object' && key.bits, 2048)
})

test('an unusable RSA key is refused with a reason', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const locked = rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
  const lockedOld = rsa.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
  const given = ['', 'hunter2', pkcs8.slice(0, 400), Buffer.from('x').toString('base64'), ec, locked, lockedOld]
  const no = 'not a key'
  assert.equal(
    given.map((text) => readRsaKey(Sealed.of(text))),
    [no, no, no, no, 'not RSA', 'has a passphrase', 'has a passphrase'],
  )
})

test('a JWT is read without its signature', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const jwt = (claims: unknown) => readJwt(Sealed.of(`${part({ alg: 'RS256' })}.${part(claims)}.sig`))
  assert.equal(jwt({ exp: 1_900_000_000 }), { expiresAt: new Date(1_900_000_000_000) })
  assert.equal(jwt({}), {})
  assert.equal(jwt({ exp: 'never', nbf: 1e300 }), {})
  for (const text of ['', 'a.b.c', `${part({ alg: 'x' })}.${part([])}.s`, `${part({})}.${part({})}.s`, `${part({ alg: 'x' })}.${part({})}`])
    assert.is(readJwt(Sealed.of(text)), undefined)
})

test('a database URL is PostgreSQL with host and database', () => {
  const refuse = (text: string) => checkDatabaseUrl(Sealed.of(text))
  assert.is(refuse('postgres://user:pw@db.example.com:5432/spacelift?statement_cache_capacity=0'), undefined)
  assert.is(refuse('postgresql://user@/spacelift?host=/run/postgresql'), undefined)
  assert.is(refuse('postgres://u:p%40ss@db1:5432,db2:5432/spacelift'), undefined)
  assert.is(refuse('postgres://u:p@[::1]:5432/spacelift'), undefined)
  assert.equal(
    [
      'db.example.com',
      'mysql://h/d',
      'postgres:///d',
      'postgres://h',
      'postgres://u:p/w@h/d',
      'postgres://u:p%w@h/d',
      'postgres://u:p@w@h/d',
    ].map(refuse),
    ['not a URL', 'not PostgreSQL', 'no host', 'no database', 'not a URL', 'not a URL', 'not a URL'],
  )
})

test('a length is only reported as within bounds or not', () => {
  assert.equal([lengthWithin(Sealed.of('12345678'), 8, 40), lengthWithin(Sealed.of('1234567'), 8, 40)], [true, false])
})

test.run()
