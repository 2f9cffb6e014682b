/*
 * Stands in for the nsm driver in a test: LD_PRELOADed, it takes ioctl(2) of the raw request (the number spelled out, as
 * Linux 6.8 computes it) and answers as the first byte of the request says:
 *   'e' the request backwards          'f' 12 KiB, full, and the length that the caller offered, in its first four bytes
 *   'x' a length beyond the buffer     'n' fails with ETIMEDOUT     's' sleeps 300 ms, then 'e'
 * Anything else goes on to the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct raw {
  uint8_t *request;
  uint64_t request_length;
  uint8_t *response;
  uint64_t response_length;
};

int ioctl(int fd, unsigned long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  struct raw *raw = va_arg(arguments, struct raw *);
  va_end(arguments);
  if (number != 0xc0200a00ul) return (int)syscall(SYS_ioctl, fd, number, raw);
  uint32_t offered = (uint32_t)raw->response_length;
  switch (raw->request[0]) {
  case 's':
    nanosleep(&(struct timespec){0, 300 * 1000 * 1000}, NULL);
    /* fall through */
  case 'e':
    for (uint64_t i = 0; i < raw->request_length; i++) raw->response[i] = raw->request[raw->request_length - 1 - i];
    raw->response_length = raw->request_length;
    return 0;
  case 'f':
    memset(raw->response, 0x5a, 0x3000);
    memcpy(raw->response, &offered, sizeof offered);
    raw->response_length = 0x3000;
    return 0;
  case 'x':
    raw->response_length = 0x3001;
    return 0;
  case 'n':
    errno = ETIMEDOUT;
    return -1;
  default:
    return (int)syscall(SYS_ioctl, fd, number, raw);
  }
}
