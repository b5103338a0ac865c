import type { UseMutationResult } from '@tanstack/react-query';
import { useRef } from 'react';

/**
 * Sends only when nothing is under way. Two clicks can come before a button is drawn as busy; what a page
 * remembers of its last drawing does not tell them apart.
 */
export function useOnce<Answer, Given>(
  mutation: UseMutationResult<Answer, Error, Given>,
): (given: Given) => void {
  const isBusy = useRef(false);
  return (given) => {
    if (isBusy.current) return;
    isBusy.current = true;
    mutation.mutate(given, {
      onSettled: () => {
        isBusy.current = false;
      },
    });
  };
}
