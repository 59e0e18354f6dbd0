using System.Globalization;
using System.Reflection;
using TorchSharp;

namespace Federated.Engine;

/// <summary>What a worker computes on: the processor, or one GPU by CUDA. It is a matter of each worker, not of a job. Immutable.</summary>
public sealed record ComputeDevice
{
    /// <summary>What <see cref="Parse"/> takes, to follow the name of an option and its value.</summary>
    public const string Rule = "it must be cpu, cuda or cuda:N, N being a GPU's number from 0.";

    private readonly int? _gpu;

    private ComputeDevice(int? gpu) => _gpu = gpu;

    /// <summary>The processor.</summary>
    public static ComputeDevice Cpu { get; } = new(gpu: null);

    internal torch.Device Torch => _gpu is { } number ? new torch.Device(DeviceType.CUDA, number) : torch.CPU;

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> (the first GPU) or <c>cuda:N</c>, N counting GPUs from 0 as CUDA does.</summary>
    /// <returns>null for anything else.</returns>
    public static ComputeDevice? Parse(string text) => text switch
    {
        "cpu" => Cpu,
        "cuda" => new(0),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan("cuda:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new(number),
        _ => null,
    };

    /// <summary>Why this process cannot compute on the device, and what to do, as a sentence; null when it can. Ask before the first tensor is made: libtorch looks for GPUs once.</summary>
    public string? WhyMissing()
    {
        if (_gpu is not { } number) return null;
        if (!HasCuda()) return $"The device {this} was asked for, and this build has libtorch for the processor only: build with -p:TorchBackend=cuda, or use the device cpu.";
        if (!torch.cuda.is_available())
            return $"The device {this} was asked for, and CUDA finds no GPU: install an NVIDIA driver for CUDA 12.8 or later (nvidia-smi lists what it sees), or use the device cpu.";
        var count = torch.cuda.device_count();
        return number < count ? null : $"The device {this} was asked for, and CUDA finds {count} GPUs, counted from 0: use a lower number, or the device cpu.";
    }

    /// <summary>As it is asked for.</summary>
    public override string ToString() => _gpu is { } number ? string.Create(CultureInfo.InvariantCulture, $"cuda:{number}") : "cpu";

    // What the build chose, see build/TorchBackend.targets. Asking libtorch itself would make TorchSharp look for CUDA's libraries all over the disk.
    private static bool HasCuda() => typeof(ComputeDevice).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Any(attribute => attribute is { Key: "TorchBackend", Value: { } value } && value.Equals("cuda", StringComparison.OrdinalIgnoreCase));
}
