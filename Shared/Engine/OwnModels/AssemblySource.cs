using System.Reflection;
using Federated.Core.Models;
using Federated.OwnModels;

namespace Federated.Engine.OwnModels;

/// <summary>A factory in a .NET assembly, which is loaded in a context of its own and unloaded when the last module is gone.</summary>
internal sealed class AssemblySource : IModuleSource
{
    private readonly ModelFile _file;
    private readonly string _type;
    private readonly ModelRequest _request;
    private readonly ModelContext _context;
    private readonly IModelFactory _factory;

    /// <param name="file">The assembly.</param>
    /// <param name="type">Full name of the factory.</param>
    /// <param name="data">What the data gives and wants.</param>
    /// <exception cref="EngineException">It is no assembly, or has no such factory.</exception>
    public AssemblySource(ModelFile file, string type, DataShape data)
    {
        (_file, _type) = (file, type);
        _request = new([.. data.Input.Select(size => (long)size)], [.. data.Output.Select(size => (long)size)])
        {
            Vocabularies = data.Vocabularies,
            ClassNames = data.ClassNames,
        };
        _context = new(file.Path);
        try
        {
            _factory = Factory(Load());
        }
        catch
        {
            _context.Unload();
            throw;
        }
    }

    // Eager: every pass does the same.
    public bool Remembers => false;

    public OwnModule Create(long seed, TorchSharp.torch.Device device)
    {
        TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor> module;
        try
        {
            module = _factory.Create(_request with { Seed = seed }) ?? throw new EngineException($"{_type} in {_file.Path} made no module: Create gave null.");
        }
        catch (Exception error) when (error is not (EngineException or OutOfMemoryException))
        {
            throw new EngineException($"{_type} in {_file.Path} failed to make a model: {OwnModel.Reason(error.Message)}", error);
        }
        return new(module, module.call, device, _file.Path);
    }

    public void Dispose() => _context.Unload();

    private Assembly Load()
    {
        try
        {
            using var content = new MemoryStream(_file.Content);
            return _context.LoadFromStream(content);
        }
        catch (Exception error) when (error is BadImageFormatException or FileLoadException)
        {
            throw new EngineException($"{_file.Path} is no .NET assembly that can be loaded here: {error.Message}", error);
        }
    }

    private IModelFactory Factory(Assembly assembly)
    {
        try
        {
            var type = assembly.GetType(_type) ?? throw Unfit($"has no class {_type}{Known(assembly)}");
            if (!typeof(IModelFactory).IsAssignableFrom(type)) throw Unfit($"has {_type}, which is no {typeof(IModelFactory).FullName}");
            if (!type.IsPublic && !type.IsNestedPublic) throw Unfit($"has {_type}, which is not public");
            if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
                throw Unfit($"has {_type}, which has no public constructor without parameters");
            return (IModelFactory)constructor.Invoke([]);
        }
        catch (TargetInvocationException error)
        {
            throw new EngineException($"The constructor of {_type} in {_file.Path} failed: {error.InnerException!.Message}", error);
        }
        catch (Exception error) when (error is IOException or TypeLoadException or BadImageFormatException)
        {
            throw new EngineException($"{_type} in {_file.Path} cannot be loaded: {error.Message} Put what it needs beside it, built for the versions of this worker.", error);
        }
    }

    private static string Known(Assembly assembly)
    {
        var factories = assembly.GetExportedTypes().Where(typeof(IModelFactory).IsAssignableFrom).Select(type => type.FullName).Order(StringComparer.Ordinal).Take(20).ToList();
        return factories.Count == 0 ? " and no other factory" : $"; its factories are {string.Join(", ", factories)}";
    }

    private EngineException Unfit(string what) => new($"model.type: {_file.Path} {what}.");
}
