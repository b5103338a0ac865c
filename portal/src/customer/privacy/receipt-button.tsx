import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { download } from '../../api/http.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';

interface Props {
  readonly consentId: string;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/** The signed receipt of a consent (ISO/IEC TS 27560), as a file. */
export function ReceiptButton({ consentId, icon, children }: Props) {
  const receipt = useMutation({
    mutationFn: () => download(`/v1/consents/${consentId}/receipt`, `consent-${consentId}.json`),
  });
  return (
    <>
      <Button
        variant="default"
        size="sm"
        leftSection={icon}
        loading={receipt.isPending}
        onClick={() => receipt.mutate()}
      >
        {children}
      </Button>
      <ProblemNote error={receipt.error} />
    </>
  );
}
