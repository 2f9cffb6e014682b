/*
 * AF_VSOCK for Node: the two things that its own sockets cannot do, and nothing else.
 *
 *   bind(cid, port) → fd                             a bound stream socket, not listening yet
 *   connect(cid, port, timeoutMs, done(error, fd))   a connected stream socket
 *
 * What comes of a descriptor is Node's: it is opened as a core TCP handle, which does not care about the address family,
 * so that reading, writing, half-close and backpressure are libuv's and no thread is added. Connecting never blocks: the
 * socket is non-blocking and the loop polls it until it is writable. Errors carry the name of errno as their `code`.
 *
 * Only Node-API (ABI-stable) and uv_poll of libuv 1 (ABI-stable) are used. One thread: not for workers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/vm_sockets.h>
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

/* A connection under way. Freed when its poll handle is closed. */
struct attempt {
  uv_poll_t poll;
  napi_env env;
  napi_ref done;
  napi_async_context context;
  int fd;
};

static napi_value make_error(napi_env env, const char *call, int error) {
  char text[128];
  napi_value code, message, made = NULL;
  snprintf(text, sizeof text, "%s: %s", call, strerror(error));
  if (napi_create_string_utf8(env, uv_err_name(-error), NAPI_AUTO_LENGTH, &code) == napi_ok &&
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) == napi_ok)
    napi_create_error(env, code, message, &made);
  return made;
}

static napi_value fail(napi_env env, const char *call, int error) {
  napi_throw(env, make_error(env, call, error));
  return NULL;
}

/* The arguments: `count` numbers, then, if it is asked for, a function. */
static int read_arguments(napi_env env, napi_callback_info info, size_t count, uint32_t *numbers,
                          napi_value *function) {
  napi_value values[4];
  size_t given = 4, expected = count + (function != NULL);
  napi_valuetype type;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok || given < expected) return 0;
  for (size_t i = 0; i < count; i++)
    if (napi_get_value_uint32(env, values[i], &numbers[i]) != napi_ok) return 0;
  if (function == NULL) return 1;
  *function = values[count];
  return napi_typeof(env, *function, &type) == napi_ok && type == napi_function;
}

static int open_socket(void) { return socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

static struct sockaddr_vm address(uint32_t cid, uint32_t port) {
  struct sockaddr_vm made;
  memset(&made, 0, sizeof made);
  made.svm_family = AF_VSOCK;
  made.svm_cid = cid;
  made.svm_port = port;
  return made;
}

static napi_value Bind(napi_env env, napi_callback_info info) {
  uint32_t numbers[2];
  if (!read_arguments(env, info, 2, numbers, NULL)) return fail(env, "bind", EINVAL);
  struct sockaddr_vm local = address(numbers[0], numbers[1]);
  napi_value result;
  int fd = open_socket();
  if (fd < 0) return fail(env, "socket", errno);
  if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0) {
    int error = errno;
    close(fd);
    return fail(env, "bind", error);
  }
  if (napi_create_int32(env, fd, &result) == napi_ok) return result;
  close(fd);
  return NULL;
}

static void free_attempt(uv_handle_t *handle) { free(handle->data); }

/* Polling has ended before the descriptor is given away: it may be polled by one handle at a time. */
static void finish(struct attempt *attempt, int error) {
  napi_env env = attempt->env;
  napi_handle_scope scope;
  napi_value global, done, ignored, arguments[2];
  uv_poll_stop(&attempt->poll);
  if (error != 0) close(attempt->fd);
  if (napi_open_handle_scope(env, &scope) != napi_ok) abort();
  napi_get_reference_value(env, attempt->done, &done);
  napi_get_global(env, &global);
  napi_get_null(env, &arguments[0]);
  napi_create_int32(env, error == 0 ? attempt->fd : -1, &arguments[1]);
  if (error != 0) arguments[0] = make_error(env, "connect", error);
  napi_async_context context = attempt->context;
  napi_delete_reference(env, attempt->done);
  uv_close((uv_handle_t *)&attempt->poll, free_attempt);
  if (napi_make_callback(env, context, global, done, 2, arguments, &ignored) == napi_pending_exception) {
    napi_value exception;
    napi_get_and_clear_last_exception(env, &exception);
    napi_fatal_exception(env, exception);
  }
  napi_async_destroy(env, context);
  napi_close_handle_scope(env, scope);
}

/* libuv tells every failed connection as EBADF: the socket knows the reason. */
static void on_poll(uv_poll_t *poll, int status, int events) {
  struct attempt *attempt = poll->data;
  int error = 0;
  socklen_t length = sizeof error;
  (void)events;
  if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error == 0 && status < 0) error = -status;
  finish(attempt, error);
}

static int watch(napi_env env, struct attempt *attempt) {
  uv_loop_t *loop;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return EINVAL;
  int status = uv_poll_init(loop, &attempt->poll, attempt->fd);
  if (status != 0) return -status;
  attempt->poll.data = attempt;
  uv_poll_start(&attempt->poll, UV_WRITABLE, on_poll);
  return 0;
}

static napi_value Connect(napi_env env, napi_callback_info info) {
  uint32_t numbers[3];
  napi_value done, name;
  if (!read_arguments(env, info, 3, numbers, &done)) return fail(env, "connect", EINVAL);
  struct sockaddr_vm peer = address(numbers[0], numbers[1]);
  struct timeval patience = {numbers[2] / 1000, (numbers[2] % 1000) * 1000};
  int fd = open_socket();
  if (fd < 0) return fail(env, "socket", errno);
  /* The kernel gives up by itself, so that an attempt always ends. */
  if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &patience, sizeof patience) != 0 ||
      (connect(fd, (struct sockaddr *)&peer, sizeof peer) != 0 && errno != EINPROGRESS)) {
    int error = errno;
    close(fd);
    return fail(env, "connect", error);
  }
  struct attempt *attempt = calloc(1, sizeof *attempt);
  if (attempt == NULL) {
    close(fd);
    return fail(env, "connect", ENOMEM);
  }
  attempt->env = env;
  attempt->fd = fd;
  napi_create_string_utf8(env, "VSOCKCONNECT", NAPI_AUTO_LENGTH, &name);
  int error = napi_create_reference(env, done, 1, &attempt->done) != napi_ok ||
                      napi_async_init(env, NULL, name, &attempt->context) != napi_ok
                  ? ENOMEM
                  : watch(env, attempt);
  if (error == 0) return NULL;
  close(fd);
  free(attempt);
  return fail(env, "connect", error);
}

static napi_value init(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"bind", NULL, Bind, NULL, NULL, NULL, napi_enumerable, NULL},
      {"connect", NULL, Connect, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}

NAPI_MODULE(vsock, init)
