package org.kgcoop.tensor;

import org.bytedeco.pytorch.global.torch;
import org.kgcoop.KgCoopException;

/**
 * The device of tensors: {@code cpu}, or {@code cuda:N} if the application's native libraries
 * support it.
 */
public record Device(String name) {
  public static final Device CPU = new Device("cpu");

  public Device {
    if (!name.matches("cpu|cuda(:\\d{1,2})?")) {
      throw KgCoopException.configuration(
          "device '" + name + "': expected cpu, cuda or cuda:N, such as cuda:0");
    }
  }

  /**
   * Checks that the native libraries and this machine have the device.
   *
   * @throws KgCoopException of the category CONFIGURATION if they do not
   */
  public void check() {
    if (isCpu()) {
      return;
    }
    Engine.ensureLoaded();
    int devices = torch.hasCUDA() && torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    int number = name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
    if (number >= devices) {
      throw KgCoopException.configuration(
          devices > 0
              ? "device %s: this machine has %s, counted from cuda:0".formatted(name, devices)
              : "device %s: the native libraries find no GPU; use cpu, or install the CUDA libraries as docs/how-to/tune-performance.md says"
                  .formatted(name));
    }
  }

  public boolean isCpu() {
    return name.equals("cpu");
  }

  org.bytedeco.pytorch.Device handle() {
    return new org.bytedeco.pytorch.Device(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
