package org.kgcoop.serve.http;

/** A request that gets no answer but a status and a reason, which its sender reads. */
public final class RefusedRequestException extends RuntimeException {
  private final int status;

  public RefusedRequestException(int status, String reason) {
    super(reason);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
