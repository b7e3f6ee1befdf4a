import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";

type Port = State<(typeof containerSchema)["ports"]["properties"]>;

/**
 * The ports that a container publishes: those of a stopped one are what it was made with.
 *
 * @param prior the ports that it had; what is still there keeps its order, which means nothing to the engine.
 */
export function livePorts(
  { NetworkSettings, HostConfig, State }: Dockerode.ContainerInspectInfo,
  prior: readonly Port[],
): Port[] {
  const published = (State.Running ? NetworkSettings.Ports : HostConfig.PortBindings) as Bindings;
  const live = Object.entries(published ?? {}).flatMap(([key, bindings]) => {
    const [internal, protocol = "tcp"] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      external: Number(HostPort),
      internal: Number(internal),
      ip: HostIp === undefined || HostIp === "" ? "0.0.0.0" : HostIp,
      protocol,
    }));
  });
  // A port that the engine chose is known while the container runs.
  const known = State.Running
    ? live
    : live.map((port) => ({
        ...port,
        external: port.external === 0 ? (priorOf(port)?.external ?? 0) : port.external,
      }));
  return known.sort((a, b) => placeOf(a) - placeOf(b) || a.internal - b.internal);

  function priorOf(port: Port) {
    return prior.find((each) => keyOf(each) === keyOf(port));
  }

  function placeOf(port: Port): number {
    const place = prior.findIndex((each) => keyOf(each) === keyOf(port));
    return place === -1 ? prior.length : place;
  }
}

type Bindings = Record<
  string,
  { HostIp?: string | undefined; HostPort: string }[] | null | undefined
> | null;

function keyOf({ internal, protocol, ip }: Port): string {
  return `${internal}/${protocol} at ${ip}`;
}
