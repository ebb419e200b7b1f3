package org.kgcoop.serve;

/** A request that gets no answer but a status and a reason, which its sender reads. */
final class RefusedRequestException extends RuntimeException {
  private final int status;

  RefusedRequestException(int status, String reason) {
    super(reason);
    this.status = status;
  }

  int status() {
    return status;
  }
}
