/*
 * A device in C, as firmware would do it, with the Mosquitto client library (libmosquitto).
 *
 *   cc -std=c11 -Wall -Wextra -o device device.c -lmosquitto
 *   ./device localhost 1883 DEVICE-ID SECRET black 0.37
 *
 * It publishes one telemetry message with QoS 1 and ends when the platform has acknowledged it, which
 * means that the reading is stored. Exit status: 0 stored, 1 not, 2 wrong usage.
 *
 * What firmware keeps besides: when no PUBACK comes, the same message (same `at`, same `seq`) is sent again
 * after a reconnection with growing, random pauses; the platform keeps it once. What waited longer than a
 * few minutes carries "historical": true.
 */
#define _POSIX_C_SOURCE 200809L
#include <mosquitto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEEPALIVE_SECONDS = 60, WAIT_SECONDS = 15, TEXT_MAX = 256 };

struct device {
  const char *id;
  const char *consumable;
  double level;
  int telemetry_mid;
  bool stored;
  bool failed;
};

static void topic_of(char *topic, size_t size, const char *device_id, const char *kind) {
  snprintf(topic, size, "neverout/v1/%s/%s", device_id, kind);
}

/* ISO 8601 in UTC; `seq` grows with every message and survives a restart, here as milliseconds since 1970. */
static int telemetry(char *payload, size_t size, const struct device *device) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  struct tm utc;
  gmtime_r(&now.tv_sec, &utc);
  char at[32];
  strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
  long long seq = (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  return snprintf(payload, size, "{\"v\":1,\"at\":\"%s\",\"seq\":%lld,\"consumables\":{\"%s\":{\"level\":%.4f}}}", at,
                  seq, device->consumable, device->level);
}

static void on_connect(struct mosquitto *client, void *data, int code) {
  struct device *device = data;
  if (code != 0) {
    fprintf(stderr, "refused: %s\n", mosquitto_connack_string(code));
    device->failed = true;
    return;
  }
  char topic[TEXT_MAX];
  topic_of(topic, sizeof topic, device->id, "state");
  mosquitto_publish(client, NULL, topic, (int)strlen("online"), "online", 1, true);
  topic_of(topic, sizeof topic, device->id, "command");
  mosquitto_subscribe(client, NULL, topic, 1);
  topic_of(topic, sizeof topic, device->id, "telemetry");
  char payload[TEXT_MAX];
  int length = telemetry(payload, sizeof payload, device);
  mosquitto_publish(client, &device->telemetry_mid, topic, length, payload, 1, false);
}

/* With QoS 1 this is called at the PUBACK. */
static void on_publish(struct mosquitto *client, void *data, int mid) {
  (void)client;
  struct device *device = data;
  if (mid == device->telemetry_mid) device->stored = true;
}

static void on_message(struct mosquitto *client, void *data, const struct mosquitto_message *message) {
  (void)client;
  (void)data;
  printf("command: %.*s\n", message->payloadlen, (const char *)message->payload);
}

static struct mosquitto *open_client(struct device *device, const char *secret) {
  struct mosquitto *client = mosquitto_new(device->id, true, device);
  if (client == NULL) return NULL;
  char state[TEXT_MAX];
  topic_of(state, sizeof state, device->id, "state");
  mosquitto_username_pw_set(client, device->id, secret);
  /* The will: the broker says it for the device that is cut off. */
  mosquitto_will_set(client, state, (int)strlen("offline"), "offline", 1, true);
  mosquitto_connect_callback_set(client, on_connect);
  mosquitto_publish_callback_set(client, on_publish);
  mosquitto_message_callback_set(client, on_message);
  return client;
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: %s HOST PORT DEVICE-ID SECRET CONSUMABLE LEVEL\n", argv[0]);
    return 2;
  }
  struct device device = {
      .id = argv[3], .consumable = argv[5], .level = strtod(argv[6], NULL), .telemetry_mid = -1};
  mosquitto_lib_init();
  struct mosquitto *client = open_client(&device, argv[4]);
  int result = client == NULL ? MOSQ_ERR_NOMEM : mosquitto_connect(client, argv[1], atoi(argv[2]), KEEPALIVE_SECONDS);
  time_t deadline = time(NULL) + WAIT_SECONDS;
  while (result == MOSQ_ERR_SUCCESS && !device.stored && !device.failed && time(NULL) < deadline)
    result = mosquitto_loop(client, 100, 1);
  if (device.stored) {
    printf("stored\n");
    char state[TEXT_MAX];
    topic_of(state, sizeof state, device.id, "state");
    mosquitto_publish(client, NULL, state, (int)strlen("offline"), "offline", 1, true);
    mosquitto_loop(client, 100, 1);
    mosquitto_disconnect(client);
  } else {
    fprintf(stderr, "not stored: %s\n", mosquitto_strerror(result));
  }
  mosquitto_destroy(client);
  mosquitto_lib_cleanup();
  return device.stored ? EXIT_SUCCESS : EXIT_FAILURE;
}
