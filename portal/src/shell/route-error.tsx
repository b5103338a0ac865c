import { useRouteError } from 'react-router';
import { Failure } from '../ui/failure.tsx';

export function RouteError() {
  const error = useRouteError();
  return <Failure error={error} retry={() => location.reload()} full />;
}
