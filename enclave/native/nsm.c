/*
 * The Nitro Secure Module for Node: the one ioctl that its own file system cannot do, and nothing else.
 *
 *   call(fd, request) → Promise<Uint8Array>   the module's response to `request`, both CBOR
 *
 * `fd` is an open descriptor of /dev/nsm, which stays the caller's. The ioctl (include/uapi/linux/nsm.h, Linux 6.8; AWS's
 * own driver has the same) waits for the module without a way to interrupt it, two minutes at most, so it is made on a
 * thread of libuv's pool; the caller makes one at a time. Errors carry the name of errno as their `code`; a request of more
 * than 4 KiB is EMSGSIZE before any call, as the driver says it. Buffers are wiped: GetRandom answers with seeds.
 *
 * Only Node-API (ABI-stable) and uv_err_name of libuv 1 are used.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <node_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <uv.h>

/* As in include/uapi/linux/nsm.h, which Debian 12's headers do not have yet. */
#define NSM_REQUEST_MAX_SIZE 0x1000
#define NSM_RESPONSE_MAX_SIZE 0x3000
struct nsm_iovec {
  uint64_t addr;
  uint64_t len;
};
struct nsm_raw {
  struct nsm_iovec request;
  struct nsm_iovec response;
};
#define NSM_IOCTL_RAW _IOWR(0x0A, 0x0, struct nsm_raw)

/* A call under way. Freed when its promise is settled. */
struct call {
  napi_async_work work;
  napi_deferred deferred;
  int fd;
  int error;
  size_t request_length;
  size_t response_length;
  uint8_t request[NSM_REQUEST_MAX_SIZE];
  uint8_t response[NSM_RESPONSE_MAX_SIZE];
};

static napi_value make_error(napi_env env, int error) {
  char text[128];
  napi_value code, message, made = NULL;
  snprintf(text, sizeof text, "ioctl: %s", strerror(error));
  if (napi_create_string_utf8(env, uv_err_name(-error), NAPI_AUTO_LENGTH, &code) == napi_ok &&
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) == napi_ok)
    napi_create_error(env, code, message, &made);
  return made;
}

static napi_value fail(napi_env env, int error) {
  napi_throw(env, make_error(env, error));
  return NULL;
}

/* On a thread of the pool: no Node-API here. */
static void run(napi_env env, void *data) {
  struct call *call = data;
  struct nsm_raw message = {
      {(uint64_t)(uintptr_t)call->request, call->request_length},
      {(uint64_t)(uintptr_t)call->response, sizeof call->response},
  };
  (void)env;
  if (ioctl(call->fd, NSM_IOCTL_RAW, &message) != 0)
    call->error = errno;
  else if (message.response.len > sizeof call->response)
    call->error = EMSGSIZE;
  else
    call->response_length = (size_t)message.response.len;
}

static void drop(struct call *call) {
  explicit_bzero(call, sizeof *call);
  free(call);
}

static void settle(napi_env env, napi_status status, void *data) {
  struct call *call = data;
  napi_value buffer, array;
  void *bytes;
  if (status != napi_ok) call->error = ECANCELED;
  if (call->error == 0 && (napi_create_arraybuffer(env, call->response_length, &bytes, &buffer) != napi_ok ||
                           napi_create_typedarray(env, napi_uint8_array, call->response_length, buffer, 0, &array) != napi_ok))
    call->error = ENOMEM;
  if (call->error == 0) {
    if (call->response_length > 0) memcpy(bytes, call->response, call->response_length);
    napi_resolve_deferred(env, call->deferred, array);
  } else {
    napi_reject_deferred(env, call->deferred, make_error(env, call->error));
  }
  napi_delete_async_work(env, call->work);
  drop(call);
}

static napi_value Call(napi_env env, napi_callback_info info) {
  napi_value values[2], name, promise;
  size_t given = 2, length;
  napi_typedarray_type type;
  void *request;
  int32_t fd;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok || given < 2 ||
      napi_get_value_int32(env, values[0], &fd) != napi_ok ||
      napi_get_typedarray_info(env, values[1], &type, &length, &request, NULL, NULL) != napi_ok || type != napi_uint8_array)
    return fail(env, EINVAL);
  if (length > NSM_REQUEST_MAX_SIZE) return fail(env, EMSGSIZE);
  struct call *call = calloc(1, sizeof *call);
  if (call == NULL) return fail(env, ENOMEM);
  call->fd = fd;
  call->request_length = length;
  if (length > 0) memcpy(call->request, request, length);
  if (napi_create_string_utf8(env, "NSMCALL", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, run, settle, call, &call->work) != napi_ok) {
    drop(call);
    return fail(env, ENOMEM);
  }
  if (napi_create_promise(env, &call->deferred, &promise) != napi_ok || napi_queue_async_work(env, call->work) != napi_ok) {
    napi_delete_async_work(env, call->work);
    drop(call);
    return fail(env, ENOMEM);
  }
  return promise;
}

static napi_value init(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"call", NULL, Call, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}

NAPI_MODULE(nsm, init)
