"""A device in MicroPython (ESP32, Pico W) for Neverout, with umqtt.simple from micropython-lib.

    mpremote mip install umqtt.simple
    mpremote cp neverout.py config.py main.py :

`publish` returns only when the platform has acknowledged, which means that the reading is stored.
Nothing here needs more than the language and `json`, so it also runs under CPython, where it is tested.
"""

import json
import time

TOPIC_ROOT = "neverout/v1"
FIRST_PAUSE_S = 1
LONGEST_PAUSE_S = 60
HISTORICAL_AFTER_S = 300


class Device:
    def __init__(self, make_client, device_id, secret, host, port=1883, keepalive=60):
        """`make_client` is umqtt.simple.MQTTClient, or anything with its interface."""
        self._id = device_id
        self._client = make_client(
            device_id, host, port=port, user=device_id, password=secret, keepalive=keepalive
        )
        # The will: the broker says it for the device that is cut off.
        self._client.set_last_will(self._topic("state"), b"offline", retain=True, qos=1)
        self._client.set_callback(self._on_message)
        self.on_command = None

    def connect(self):
        self._client.connect()
        self._client.publish(self._topic("state"), b"online", retain=True, qos=1)
        self._client.subscribe(self._topic("command"), qos=1)

    def publish(self, at, seq, consumables, counters=None, historical=False):
        """at: ISO 8601 with Z. seq: grows with every message, also over a restart. Waits for the PUBACK."""
        message = {"v": 1, "at": at, "seq": seq, "consumables": consumables}
        if counters:
            message["counters"] = counters
        if historical:
            message["historical"] = True
        self._client.publish(self._topic("telemetry"), json.dumps(message).encode(), qos=1)

    def poll(self):
        """Hears what the platform says (order status, maintenance hints); call it now and then."""
        self._client.check_msg()

    def close(self):
        self._client.publish(self._topic("state"), b"offline", retain=True, qos=1)
        self._client.disconnect()

    def _topic(self, kind):
        return "{}/{}/{}".format(TOPIC_ROOT, self._id, kind).encode()

    def _on_message(self, topic, payload):
        if self.on_command and topic == self._topic("command"):
            self.on_command(json.loads(payload))


def iso(seconds):
    """Seconds of time.time() as ISO 8601. MicroPython counts from 2000 on some boards; set the clock by NTP."""
    t = time.gmtime(seconds)
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*t[:6])


def deliver(device, waiting, random, now=time.time, sleep=time.sleep):
    """Sends `waiting`, a list of (seconds, seq, consumables), oldest first, over any number of reconnections.

    A message that was not acknowledged is sent again as it was: the platform keeps it once. One that waited
    for minutes is marked historical, or the platform would take the clock for wrong.
    """
    pause = FIRST_PAUSE_S
    connected = False
    while waiting:
        seconds, seq, consumables = waiting[0]
        try:
            if not connected:
                device.connect()
                connected = True
            late = now() - seconds > HISTORICAL_AFTER_S
            device.publish(iso(seconds), seq, consumables, historical=late)
            waiting.pop(0)
            pause = FIRST_PAUSE_S
        except OSError:
            connected = False
            # Random, so that a building whose power comes back does not call all at once.
            sleep(pause * (0.5 + random()))
            pause = min(LONGEST_PAUSE_S, pause * 2)
