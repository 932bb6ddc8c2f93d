/*
 * Sends MQTT packets that were encoded beforehand: as fast as the window of unanswered ones lets it, or at a rate.
 *
 *     publish HOST PORT WINDOW RATE FILE...
 *
 * Each FILE is all that one connection sends: CONNECT, SUBSCRIBE, then PUBLISH at QoS 1. Beside it come
 * FILE.sent, when each of those left (int64, ns of the monotonic clock), and FILE.received, what the broker
 * published to us (int64 ns, uint32 length, packet). RATE is in messages a second over all connections, 0 for
 * no limit. Prints when the first left, when the last was acknowledged, and how many were; then stays connected
 * until its input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SUBSCRIBE = 8, PUBLISH = 3, PUBACK = 4, HEADS = 2, INBOX = 1 << 20, MOST = 512, SILENCE_MS = 60000 };

typedef struct {
    int socket;
    const uint8_t *bytes, *end;
    const uint8_t *written; /* up to here the socket has taken them */
    const uint8_t *due;     /* up to here they may be sent */
    long total, sent, acknowledged;
    FILE *sent_at, *received;
    uint8_t inbox[INBOX];
    size_t held;
} Connection;

static void stop_at(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* The size of the packet at `bytes`, or 0 if less than its head is there. */
static size_t packet_size(const uint8_t *bytes, size_t held)
{
    size_t length = 0;
    for (int i = 1; i < 5 && (size_t)i < held; i++) {
        length |= (size_t)(bytes[i] & 127) << 7 * (i - 1);
        if (!(bytes[i] & 128)) return i + 1 + length;
    }
    return 0;
}

static FILE *beside(const char *file, const char *suffix)
{
    char name[4096];
    snprintf(name, sizeof name, "%s.%s", file, suffix);
    FILE *opened = fopen(name, "wb");
    if (!opened) stop_at(name);
    return opened;
}

static void load(Connection *c, const char *file)
{
    int descriptor = open(file, O_RDONLY);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status)) stop_at(file);
    c->bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (c->bytes == MAP_FAILED) stop_at(file);
    c->end = c->bytes + status.st_size;
    for (const uint8_t *at = c->bytes; at < c->end; at += packet_size(at, c->end - at)) c->total++;
    c->total -= HEADS;
    c->written = c->bytes;
    c->sent_at = beside(file, "sent");
    c->received = beside(file, "received");
    close(descriptor);
}

/* CONNECT and SUBSCRIBE, each answered before the next. */
static void log_in(Connection *c, const struct sockaddr_in *broker)
{
    int yes = 1;
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(c->socket, (const struct sockaddr *)broker, sizeof *broker)) stop_at("connect");
    for (int i = 0; i < HEADS; i++) {
        size_t size = packet_size(c->written, c->end - c->written);
        uint8_t answer[5]; /* CONNACK has 4 bytes, SUBACK 5; the last one is the code */
        size_t want = c->written[0] >> 4 == SUBSCRIBE ? 5 : 4;
        if (write(c->socket, c->written, size) != (ssize_t)size) stop_at("log in");
        if (recv(c->socket, answer, want, MSG_WAITALL) != (ssize_t)want || answer[want - 1] > 2) stop_at("refused");
        c->written += size;
    }
    c->due = c->written;
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
}

static void send_due(Connection *c, long window, double allowed)
{
    int64_t now = now_ns();
    while (c->sent < c->total && c->sent - c->acknowledged < window && c->sent < allowed) {
        c->due += packet_size(c->due, c->end - c->due);
        c->sent++;
        fwrite(&now, sizeof now, 1, c->sent_at);
    }
    if (c->written < c->due) {
        ssize_t taken = write(c->socket, c->written, c->due - c->written);
        if (taken < 0 && errno != EAGAIN) stop_at("write");
        if (taken > 0) c->written += taken;
    }
}

static void take(Connection *c)
{
    ssize_t came = read(c->socket, c->inbox + c->held, INBOX - c->held);
    if (came <= 0 && !(came < 0 && errno == EAGAIN)) stop_at("the broker hung up");
    if (came < 0) return;
    c->held += came;
    int64_t now = now_ns();
    size_t at = 0, size;
    while ((size = packet_size(c->inbox + at, c->held - at)) && at + size <= c->held) {
        uint32_t length = size;
        if (c->inbox[at] >> 4 == PUBACK) c->acknowledged++;
        if (c->inbox[at] >> 4 == PUBLISH) {
            fwrite(&now, sizeof now, 1, c->received);
            fwrite(&length, sizeof length, 1, c->received);
            fwrite(c->inbox + at, 1, size, c->received);
        }
        at += size;
    }
    memmove(c->inbox, c->inbox + at, c->held - at);
    c->held -= at;
}

/* Until all is acknowledged; gives when that was. */
static int64_t run(Connection *all, int count, long window, double rate, int64_t start)
{
    struct pollfd watched[MOST];
    int64_t last = start;
    for (;;) {
        double allowed = rate > 0 ? (now_ns() - start) / 1e9 * rate / count : 1e18;
        long missing = 0;
        for (int i = 0; i < count; i++) {
            send_due(&all[i], window, allowed);
            watched[i] = (struct pollfd){all[i].socket, POLLIN | (all[i].written < all[i].due ? POLLOUT : 0), 0};
            missing += all[i].total - all[i].acknowledged;
        }
        if (!missing) return last;
        int ready = poll(watched, count, rate > 0 ? 1 : SILENCE_MS);
        if (ready < 0 || (ready == 0 && rate == 0)) stop_at("the broker is silent");
        for (int i = 0; i < count; i++)
            if (watched[i].revents & (POLLIN | POLLHUP | POLLERR)) take(&all[i]);
        last = now_ns();
    }
}

/* Until our input ends: what the broker has for us is taken. */
static void listen_on(Connection *all, int count)
{
    struct pollfd watched[MOST + 1];
    for (int i = 0; i < count; i++) watched[i] = (struct pollfd){all[i].socket, POLLIN, 0};
    watched[count] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
    while (poll(watched, count + 1, -1) >= 0 && !watched[count].revents)
        for (int i = 0; i < count; i++)
            if (watched[i].revents) take(&all[i]);
}

int main(int argc, char **argv)
{
    int count = argc - 5;
    if (count < 1 || count > MOST) {
        fprintf(stderr, "publish HOST PORT WINDOW RATE FILE...\n");
        return 64;
    }
    struct sockaddr_in broker = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &broker.sin_addr);
    Connection *all = calloc(count, sizeof *all);
    for (int i = 0; i < count; i++) {
        load(&all[i], argv[5 + i]);
        log_in(&all[i], &broker);
    }
    int64_t start = now_ns();
    int64_t last = run(all, count, atol(argv[3]), atof(argv[4]), start);
    long acknowledged = 0;
    for (int i = 0; i < count; i++) acknowledged += all[i].acknowledged;
    printf("%lld %lld %ld\n", (long long)start, (long long)last, acknowledged);
    fflush(stdout);
    listen_on(all, count);
    for (int i = 0; i < count; i++) {
        fclose(all[i].sent_at);
        fclose(all[i].received);
    }
    return 0;
}
