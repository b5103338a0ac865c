import { Button, Stack, Text } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import css from './code-scanner.module.css';

/** What browsers that can have it call it (Shape Detection API); it is not among TypeScript's own types. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
type DetectorClass = new (options: { readonly formats: readonly string[] }) => Detector;

const detectorClass = (): DetectorClass | undefined =>
  (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
const LOOK_EVERY_MS = 200;

/** Twelve characters, alone or at the end of an address that the label's QR code holds. */
function codeIn(text: string): string | null {
  const [, code] = /([0-9A-Za-z]{4}-?[0-9A-Za-z]{4}-?[0-9A-Za-z]{4})\s*$/.exec(text) ?? [];
  return code?.toUpperCase() ?? null;
}

/** Reads the label's QR code with the camera, where the browser can; elsewhere there is nothing to see. */
export function CodeScanner({ onCode }: { readonly onCode: (code: string) => void }) {
  const { t } = useTranslation('customer');
  const [state, setState] = useState<'off' | 'on' | 'refused'>('off');
  const Detector = detectorClass();
  if (Detector === undefined) return null;
  if (state === 'on') {
    return (
      <Camera
        Detector={Detector}
        onCode={(code) => {
          setState('off');
          onCode(code);
        }}
        onStop={() => setState('off')}
        onRefused={() => setState('refused')}
      />
    );
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconQrcode size={20} aria-hidden />}
        onClick={() => setState('on')}
      >
        {t('connect.scan')}
      </Button>
      {state === 'refused' ? <Text role="alert">{t('connect.noCamera')}</Text> : null}
    </>
  );
}

interface CameraProps {
  readonly Detector: DetectorClass;
  readonly onCode: (code: string) => void;
  readonly onStop: () => void;
  readonly onRefused: () => void;
}

function Camera({ Detector, onCode, onStop, onRefused }: CameraProps) {
  const { t } = useTranslation('customer');
  const video = useRef<HTMLVideoElement>(null);
  const handlers = useRef({ onCode, onRefused });
  handlers.current = { onCode, onRefused };
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let isOver = false;
    const detector = new Detector({ formats: ['qr_code'] });
    const look = async () => {
      const element = video.current;
      if (element === null || element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
      for (const { rawValue } of await detector.detect(element)) {
        const code = codeIn(rawValue);
        if (code !== null && !isOver) {
          isOver = true;
          handlers.current.onCode(code);
        }
      }
    };
    const open = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (isOver || video.current === null) return;
      video.current.srcObject = stream;
      await video.current.play();
      timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
    };
    open().catch(() => handlers.current.onRefused());
    return () => {
      isOver = true;
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, [Detector]);
  return (
    <Stack gap="xs">
      <video ref={video} className={css['video']} muted playsInline aria-label={t('connect.scanning')} />
      <Text size="sm">{t('connect.scanning')}</Text>
      <Button variant="default" onClick={onStop}>
        {t('connect.stopScan')}
      </Button>
    </Stack>
  );
}
