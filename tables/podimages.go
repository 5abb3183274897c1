package tables

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// imageUse is an image that pod specs name, by what nodes made of it.
type imageUse struct {
	builds   map[string]*imageBuild // by imageID; "" before it is pulled
	policies map[corev1.PullPolicy]bool
	users    map[userIn]bool
}

// userIn is a user and its namespace: uids are unknown in manifests.
type userIn struct {
	namespace string
	ownerRef
}

type imageBuild struct {
	pods              int
	namespaces, nodes map[string]bool
}

// imageIndex knows every image in use, by its reference.
type imageIndex struct {
	cluster string
	images  map[string]*imageUse
}

var imagesInUse = fact("images in use", podSpecResources(), func(index *imageIndex, o *Object) {
	for _, s := range specRows {
		if s.resource == o.Resource {
			s.rows(o, index.add)
		}
	}
}, func(into, from *imageIndex) {
	into.cluster = cmp.Or(into.cluster, from.cluster)
	for ref, use := range from.images {
		into.use(ref).merge(use)
	}
}, nil)

func (index *imageIndex) use(ref string) *imageUse {
	if index.images == nil {
		index.images = map[string]*imageUse{}
	}
	if index.images[ref] == nil {
		index.images[ref] = &imageUse{map[string]*imageBuild{}, map[corev1.PullPolicy]bool{}, map[userIn]bool{}}
	}
	return index.images[ref]
}

func (u *imageUse) build(id string) *imageBuild {
	if u.builds[id] == nil {
		u.builds[id] = &imageBuild{0, map[string]bool{}, map[string]bool{}}
	}
	return u.builds[id]
}

func (u *imageUse) merge(from *imageUse) {
	for id, b := range from.builds {
		to := u.build(id)
		to.pods += b.pods
		maps.Copy(to.namespaces, b.namespaces)
		maps.Copy(to.nodes, b.nodes)
	}
	maps.Copy(u.policies, from.policies)
	maps.Copy(u.users, from.users)
}

func (index *imageIndex) add(p podSpecRow) {
	if p.idle() {
		return
	}
	index.cluster = p.Cluster
	by := userIn{p.Meta.Namespace, p.user()}
	seen := map[[2]string]bool{}
	p.containers(func(r containerRow) {
		use := index.use(r.c.Image)
		use.users[by] = true
		if r.c.ImagePullPolicy != "" {
			use.policies[r.c.ImagePullPolicy] = true
		}
		id := p.imageID(r.c.Name)
		if p.pod == nil || seen[[2]string{r.c.Image, id}] {
			return
		}
		seen[[2]string{r.c.Image, id}] = true
		b := use.build(id)
		b.pods++
		b.namespaces[p.Meta.Namespace] = true
		if p.spec.NodeName != "" {
			b.nodes[p.spec.NodeName] = true
		}
	})
}

// imageID is what the node says that a container of a pod runs.
func (p podSpecRow) imageID(container string) string {
	if p.pod == nil {
		return ""
	}
	s := &p.pod.Status
	for _, statuses := range [][]corev1.ContainerStatus{s.ContainerStatuses, s.InitContainerStatuses, s.EphemeralContainerStatuses} {
		for i := range statuses {
			if statuses[i].Name == container {
				return statuses[i].ImageID
			}
		}
	}
	return ""
}

// podImageRow is an image and one build of it.
type podImageRow struct {
	cluster, ref, id string
	use              *imageUse
	build            *imageBuild
	workloads        int
}

// K8sPodImages has one row per image in use and build of it.
var K8sPodImages = define(spec[podImageRow]{
	Name: "k8s_pod_images",
	Row:  "image in use, and one build of it that runs",
	Doc: `Every image that pods and pod templates name, with what nodes really run under
that name: a tag that has moved has a row for each digest. An image that only
a template names, a CronJob's between two runs, or that is not pulled yet, has
image_id NULL.`,
	Examples: []string{
		"SELECT image, image_id, pods FROM k8s_pod_images WHERE digest IS NULL AND (tag IS NULL OR tag = 'latest')",
		"SELECT image, count(*) AS builds FROM k8s_pod_images WHERE image_id IS NOT NULL GROUP BY image HAVING builds > 1",
		"SELECT registry, count(*) AS images, sum(pods) AS pods FROM k8s_pod_images GROUP BY registry ORDER BY images DESC",
	},
	Columns: [][]column[podImageRow]{{
		text("cluster", "name of the cluster, manifest folder or snapshot the row comes from", func(r podImageRow) Value { return Str(r.cluster) }),
		text("image", "image, as written in pod specs", func(r podImageRow) Value { return Str(r.ref) }).key(),
		text("registry", "registry host; docker.io where none is written", func(r podImageRow) Value { return Str(parseImage(r.ref).registry) }),
		text("repository", "repository within the registry", func(r podImageRow) Value { return Str(parseImage(r.ref).repository) }),
		text("tag", "tag, as written; NULL without one", func(r podImageRow) Value { return Str(parseImage(r.ref).tag) }),
		text("digest", "digest in the reference; NULL without one", func(r podImageRow) Value { return Str(parseImage(r.ref).digest) }),
		text("image_id", "imageID of the containers that run it", func(r podImageRow) Value { return Str(r.id) }).key(),
		integer("pods", "pods that have a container of it and have not finished", func(r podImageRow) Value { return Int(r.build.pods) }),
		integer("namespaces", "namespaces of those pods", func(r podImageRow) Value { return Int(len(r.build.namespaces)) }),
		integer("nodes", "nodes that those pods are on", func(r podImageRow) Value { return Int(len(r.build.nodes)) }),
		integer("workloads", "workloads, and pods that nobody owns, that name the image, in any build", func(r podImageRow) Value { return Int(r.workloads) }),
		jsonCol("pull_policies", "imagePullPolicy of all containers of it", func(r podImageRow) Value { return JSON(slices.Sorted(maps.Keys(r.use.policies))) }),
		late("on_node_size_bytes", TypeInteger, "its size on a node; NULL when no node reports it, since a kubelet names no more than 50 images", func(r podImageRow) string { return r.ref + "\x00" + r.id },
			func(w *World, key string) Value { return get[nodeImages](w, imagesOnNodes).size(key) }, imagesOnNodes),
	}},
	Facts: []*Fact{imagesInUse, owners},
	Derive: func(w *World, emit func(podImageRow)) {
		index, top := get[imageIndex](w, imagesInUse), get[ownerIndex](w, owners)
		for _, ref := range slices.Sorted(maps.Keys(index.images)) {
			use := index.images[ref]
			tops := map[userIn]bool{}
			for by := range use.users {
				tops[userIn{by.namespace, top.top(by.ownerRef)}] = true
			}
			if len(use.builds) == 0 {
				emit(podImageRow{index.cluster, ref, "", use, &imageBuild{}, len(tops)})
			}
			for _, id := range slices.Sorted(maps.Keys(use.builds)) {
				emit(podImageRow{index.cluster, ref, id, use, use.builds[id], len(tops)})
			}
		}
	},
})

// nodeImages are the sizes of images that nodes have, by each of their names.
type nodeImages map[string]int64

var imagesOnNodes = fact("images on nodes", []*Resource{Nodes}, func(sizes *nodeImages, o *Object) {
	node, ok := o.Value.(*corev1.Node)
	if !ok {
		return
	}
	if *sizes == nil {
		*sizes = nodeImages{}
	}
	for _, i := range node.Status.Images {
		for _, name := range i.Names {
			(*sizes)[name] = max((*sizes)[name], i.SizeBytes)
		}
	}
}, func(into, from *nodeImages) {
	if *into == nil {
		*into = nodeImages{}
	}
	maps.Copy(*into, *from)
}, nil)

// size finds an image by its id, or by its reference in full.
func (sizes nodeImages) size(key string) Value {
	ref, id, _ := strings.Cut(key, "\x00")
	i := parseImage(ref)
	full := i.registry + "/" + i.repository
	_, id, found := strings.Cut(id, "://") // docker-pullable://…
	if !found {
		_, id, _ = strings.Cut(key, "\x00")
	}
	names := []string{id, full + "@" + i.digest}
	if i.digest == "" {
		names = append(names, full+":"+cmp.Or(i.tag, "latest"))
	}
	for _, name := range names {
		if size, ok := sizes[name]; ok {
			return Int(size)
		}
	}
	return Null
}
