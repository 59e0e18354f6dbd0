using System.Reflection;
using System.Runtime.Loader;

namespace Federated.Engine.OwnModels;

/// <summary>Where one job's assembly lives, apart from those of others. What the worker has loaded itself, TorchSharp above all, is shared with it: tensors of
/// another copy would be of another type. The rest is looked for beside the assembly.</summary>
internal sealed class ModelContext(string path) : AssemblyLoadContext($"model {Path.GetFileName(path)}", isCollectible: true)
{
    private readonly AssemblyDependencyResolver _beside = new(path);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (Default.Assemblies.Any(shared => shared.GetName().Name == assemblyName.Name)) return null;
        return _beside.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
    }
}
