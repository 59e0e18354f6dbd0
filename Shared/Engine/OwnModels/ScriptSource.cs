using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Federated.Engine.OwnModels;

/// <summary>A file that torch.jit.save wrote, with a module whose forward takes a tensor and gives one.</summary>
/// <param name="file">The file.</param>
internal sealed class ScriptSource(ModelFile file) : IModuleSource
{
    public bool Remembers => true;

    public OwnModule Create(long seed, Device device)
    {
        using var scope = NewDisposeScope();   // for the handles that loading makes
        jit.ScriptModule<Tensor, Tensor> module;
        try
        {
            module = jit.load<Tensor, Tensor>(file.Content);
        }
        catch (Exception error) when (error is ExternalException or InvalidOperationException or ArgumentException)
        {
            throw new EngineException($"{file.Path} is no file of TorchScript: {OwnModel.Reason(error.Message)} Write it with torch.jit.save.", error);
        }
        return new(module, module.call, device, file.Path);
    }

    public void Dispose()
    {
    }
}
