using static TorchSharp.torch;

namespace Federated.Engine.OwnModels;

/// <summary>Makes modules out of a loaded file. Called by one thread at a time.</summary>
internal interface IModuleSource : IDisposable
{
    /// <summary>Whether a module that was used may give other last bits than a new one.</summary>
    bool Remembers { get; }

    /// <summary>Makes a module, in training mode or not.</summary>
    /// <param name="seed">With which libtorch's generator has been seeded.</param>
    /// <param name="device">Where its tensors are to be; they are made on the processor, so that their values are those of every other device.</param>
    /// <exception cref="EngineException">It cannot be made.</exception>
    OwnModule Create(long seed, Device device);
}
