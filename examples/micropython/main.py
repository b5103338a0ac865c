"""Reads a fill level and publishes it every hour. `config.py` holds HOST, DEVICE_ID and SECRET."""

import random
import time

import machine
import ntptime
from umqtt.simple import MQTTClient

import config
from neverout import Device, deliver

# Seconds between the epoch of this board and 1970: boards count from 1970 or from 2000.
EPOCH_OFFSET_S = 0 if time.gmtime(0)[0] == 1970 else 946684800
EVERY_MS = 3600 * 1000
LONGEST_BACKLOG = 500

gauge = machine.ADC(config.GAUGE_PIN)
device = Device(MQTTClient, config.DEVICE_ID, config.SECRET, config.HOST)
waiting = []

ntptime.settime()
while True:
    seconds = time.time()
    # Milliseconds since 1970 grow over restarts too, and need no memory.
    seq = (seconds + EPOCH_OFFSET_S) * 1000
    waiting.append((seconds, seq, {config.CONSUMABLE: {"level": gauge.read_u16() / 65535}}))
    del waiting[:-LONGEST_BACKLOG]
    deliver(device, waiting, random.random)
    device.close()
    machine.lightsleep(EVERY_MS)
