import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, parseConfig } from '../../platform/config.ts';

describe('parseConfig', () => {
  test('an empty environment is a working default', () => {
    const config = parseConfig({});
    expect(config.NEVEROUT_ROLES).toEqual(['broker', 'rules', 'api']);
    expect([config.MQTT_PORT, config.HTTP_PORT]).toEqual([1883, 3000]);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('every bad variable is named at once', () => {
    const bad = {
      HTTP_PORT: '70000',
      DATABASE_URL: 'mysql://x',
      NEVEROUT_ROLES: 'broker,cook',
      LOG_LEVEL: 'loud',
    };
    expect(() => parseConfig(bad)).toThrow(ConfigError);
    for (const name of Object.keys(bad)) expect(() => parseConfig(bad)).toThrow(name);
  });

  test('an empty variable is one left out', () => {
    expect(parseConfig({ DATABASE_URL: '', HTTP_PORT: '' })).toMatchObject({ HTTP_PORT: 3000 });
  });

  test('TLS needs its files', () => {
    expect(() => parseConfig({ MQTT_TLS_PORT: '8883' })).toThrow('MQTT_TLS_PORT');
    expect(() => parseConfig({ PROVISIONING_TLS_PORT: '8443' })).toThrow('PROVISIONING_TLS_PORT');
  });

  test('too few connections for a task that holds one and needs another are refused', () => {
    expect(() => parseConfig({ DATABASE_CONNECTIONS: '5' })).toThrow('DATABASE_CONNECTIONS');
    expect(parseConfig({ DATABASE_CONNECTIONS: '6' }).DATABASE_CONNECTIONS).toBe(6);
  });

  test('proxies are named: trusting everybody is refused', () => {
    const trust = (ranges: string) => parseConfig({ TRUSTED_PROXIES: ranges }).TRUSTED_PROXIES;
    expect(trust('10.0.0.0/8, ::1,loopback')).toEqual(['10.0.0.0/8', '::1', 'loopback']);
    for (const wrong of ['true', '*', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'proxy.example', '1.2.3']) {
      expect(() => trust(wrong), wrong).toThrow('TRUSTED_PROXIES');
    }
  });

  test('a short API token is refused', () => {
    expect(() => parseConfig({ NEVEROUT_API_TOKEN: 'secret' })).toThrow('NEVEROUT_API_TOKEN');
  });
});

test('docs/operations.md lists every setting with its default and meaning', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  for (const { name, fallback, meaning } of describeConfig()) {
    expect(meaning, `${name} has no meaning`).not.toBe('');
    expect(page).toContain(`| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |`);
  }
});
